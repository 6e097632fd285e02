"""scripts/package where it has not run before: on other Debians, from nothing but the source, and for
64-bit ARM. lintian's warnings fail it. Needs root and the network. Not in CI;
`scripts/test --distribution`."""

import os
import pathlib
import tempfile
import unittest

from harness import distribution
from harness.process import run
from harness.workspace import PROJECT, Workspace

SUITES = os.environ.get("ISBOOT_SUITES", "trixie").split()
PROGRAMS = ("usr/sbin/isboot", "usr/lib/isboot/isboot-init", "usr/lib/isboot/isboot-initramfs")
# What git knows, as it is now.
COPY = ('git -C "$0" ls-files -z --cached --others --exclude-standard | '
        'tar -C "$0" --null --ignore-failed-read -T - -cf - | tar -C "$1" -xf -; '
        'git -C "$1" init -q; git -C "$1" add -A')


class Build(unittest.TestCase):

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: makes a root of packages")

    def test_from_nothing_but_the_source(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                tree = Workspace(f"distribution-package-{suite}") / "root"
                run("cp", "-a", "--reflink=auto", distribution.fresh(suite), tree)
                (tree / "isboot").mkdir()
                run("sh", "-euc", COPY, PROJECT, tree / "isboot")
                distribution.in_root(tree, "/isboot/scripts/package")
                self._expect_programs(tree / "isboot/build/package", "amd64", "Advanced Micro Devices X86-64")
                # Installed where it was built, it starts.
                distribution.in_root(tree, "sh", "-euc", "apt-get install -y --no-install-recommends "
                                     "initramfs-tools /isboot/build/package/isboot_*.deb; isboot --version")
                run("rm", "-rf", tree)

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
