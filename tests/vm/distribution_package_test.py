"""scripts/package for another processor than this one: 64-bit ARM. lintian's warnings fail it. Needs
root and the network. Not in CI; `scripts/test --distribution`."""

import os
import pathlib
import tempfile
import unittest

from harness.process import run
from harness.workspace import PROJECT

PROGRAMS = ("usr/sbin/isboot", "usr/lib/isboot/isboot-init", "usr/lib/isboot/isboot-initramfs")


class Build(unittest.TestCase):

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: installs compilers")

    def test_for_another_processor(self):
        """Debian's cross compilers and libraries are those of `scripts/setup --foreign`."""
        run(PROJECT / "scripts/setup", "--foreign")
        with tempfile.TemporaryDirectory(prefix="isboot-package-") as folder:
            run(PROJECT / "scripts/package", "--folder", folder, "--architecture", "arm64")
            self._expect_programs(pathlib.Path(folder), "arm64", "AArch64")

    def _expect_programs(self, folder, architecture, machine):
        package = next(folder.glob(f"isboot_*_{architecture}.deb"))
        with tempfile.TemporaryDirectory() as tree:
            run("dpkg-deb", "--extract", package, tree)
            for program in PROGRAMS:
                header = run("readelf", "--file-header", f"{tree}/{program}").decode()
                self.assertRegex(header, rf"Machine: +{machine}")


if __name__ == "__main__":
    unittest.main()
