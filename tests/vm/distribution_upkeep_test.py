"""What becomes of the initramfs when another kernel or another version of isboot comes. Needs root and
the network. Not in CI; `scripts/test --distribution`."""

import os
import pathlib
import shutil
import tempfile
import unittest

from harness import distribution, packages
from harness.process import run
from harness.workspace import Workspace

SUITES = os.environ.get("ISBOOT_SUITES", "bookworm").split()
GENERATORS = os.environ.get("ISBOOT_GENERATORS", "initramfs-tools").split()
LIST = {"initramfs-tools": "lsinitramfs", "dracut": "lsinitrd"}


def setUpModule():  # pylint: disable=invalid-name
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root: makes roots of packages")
    distribution.package()
    for suite in SUITES:
        _other_kernel(suite)
        for generator in GENERATORS:
            distribution.base(suite, generator)


def _other_kernel(suite):
    """The package of a kernel that the system has not, small and with all that isboot needs."""
    archive = packages.Archive(suite)
    name = packages.dependency("linux-image-cloud-amd64", r"linux-image-\d\S+", archive)
    return name.removeprefix("linux-image-"), packages.archive_of(name, archive)


class Upkeep(unittest.TestCase):

    def test_another_kernel_and_another_version_make_the_initramfs_anew(self):
        for suite in SUITES:
            for generator in GENERATORS:
                with self.subTest(suite=suite, generator=generator):
                    self._make_anew(suite, generator)

    def _make_anew(self, suite, generator):
        version, kernel = _other_kernel(suite)
        tree = distribution.install(Workspace(f"distribution-kernel-{suite}-{generator}"), suite, generator)
        image = next((tree / "boot").glob("initrd.img-*"))
        shutil.copy(kernel, tree / "kernel.deb")
        distribution.in_root(tree, "dpkg", "-i", "/kernel.deb")
        listing = distribution.in_root(tree, LIST[generator], f"/boot/initrd.img-{version}").decode()
        self.assertRegex(listing, r"sbin/isboot\b")
        made = image.stat().st_mtime
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(_as_version("999", pathlib.Path(folder)), tree / "newer.deb")
        distribution.in_root(tree, "dpkg", "-i", "/newer.deb")
        self.assertGreater(image.stat().st_mtime, made)
        run("rm", "-rf", tree)


def _as_version(version, folder):
    """The package with another version."""
    tree = folder / "tree"
    run("dpkg-deb", "--raw-extract", distribution.package(), tree)
    control = tree / "DEBIAN/control"
    lines = control.read_text(encoding="utf-8").splitlines()
    control.write_text("\n".join(f"Version: {version}" if line.startswith("Version:") else line
                                 for line in lines) + "\n", encoding="utf-8")
    package = folder / f"isboot_{version}.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, package)
    shutil.rmtree(tree)
    return package


if __name__ == "__main__":
    unittest.main()
