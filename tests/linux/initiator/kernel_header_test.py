"""Our copy of the NETLINK_ISCSI interface agrees with the header of Debian's kernel."""

import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
sys.path.insert(0, str(PROJECT / "tests/vm"))

from harness import packages  # noqa: E402  pylint: disable=wrong-import-position
from harness.process import run  # noqa: E402  pylint: disable=wrong-import-position


class KernelHeader(unittest.TestCase):

    def test_numbers_and_offsets(self):
        """The check holds nothing but static assertions: that it compiles is the proof."""
        self._compile(HERE / "kernel_header_check.cc")

    def test_a_wrong_number_is_seen(self):
        source = (HERE / "kernel_header_check.cc").read_text()
        wrong = source.replace("ISCSI_UEVENT_BIND_CONN)", "ISCSI_UEVENT_START_CONN)")
        self.assertNotEqual(source, wrong)
        with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
            file.write(wrong)
            file.flush()
            with self.assertRaisesRegex(RuntimeError, "static assertion failed"):
                self._compile(file.name)

    def _compile(self, source):
        headers = packages.dependency("linux-headers-amd64", r"linux-headers-\d\S+")
        common = headers.replace("-amd64", "-common")
        tree = packages.unpacked(common) / "usr/src" / f"linux-{common.removeprefix('linux-')}"
        with tempfile.TemporaryDirectory() as stubs:
            # Headers of the kernel's own that scsi/ includes and this interface does not need.
            (pathlib.Path(stubs) / "linux").mkdir()
            (pathlib.Path(stubs) / "linux/scatterlist.h").touch()
            (pathlib.Path(stubs) / "scsi").symlink_to(tree / "include/scsi")
            run("g++", "-std=gnu++20", "-fsyntax-only", "-fpermissive", "-w", "-I", stubs, "-I", PROJECT, source)


if __name__ == "__main__":
    unittest.main()
