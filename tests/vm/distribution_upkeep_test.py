"""What happens to isboot's package on a Debian whose root is on iSCSI: another kernel, upgrade,
downgrade, removal, purge. Needs root and the network. Not in CI; `scripts/test --distribution`."""

import pathlib
import shutil
import tempfile
import unittest

from harness import distribution, packages
from harness.distribution import DistributionMachine
from harness.distribution_life import check_carried, come_up, outage, wait_for_write
from harness.distribution_tests import SUITES, SYSTEMS, set_up
from harness.process import run
from harness.workspace import Workspace

LIST = {"initramfs-tools": "lsinitramfs", "dracut": "lsinitrd"}
# Emulated, an initramfs takes a quarter of an hour: that it is made is another test's.
DPKG = "dpkg --no-triggers"
KEEPER = "grep -slx isboot-keep /proc/[0-9]*/comm | cut -d/ -f3"


def setUpModule():  # pylint: disable=invalid-name
    set_up(SYSTEMS, lambda: [_other_kernel(suite) for suite in SUITES])


def _other_kernel(suite):
    """The package of a kernel that the system has not, small and with all that isboot needs."""
    archive = packages.Archive(suite)
    name = packages.dependency("linux-image-cloud-amd64", r"linux-image-\d\S+", archive)
    return name.removeprefix("linux-image-"), packages.archive_of(name, archive)


class Upkeep(unittest.TestCase):

    def test_another_kernel_and_another_version_make_the_initramfs_anew(self):
        for suite, generator in SYSTEMS:
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

    def test_upgrade_downgrade_and_purge_on_a_machine(self):
        for suite, generator in SYSTEMS:
            with self.subTest(suite=suite, generator=generator):
                self._keep_up(suite, generator)

    def _keep_up(self, suite, generator):
        with tempfile.TemporaryDirectory() as folder:
            files = {"root/now.deb": distribution.package(),
                     "root/newer.deb": _as_version("999", pathlib.Path(folder))}
            with DistributionMachine(f"distribution-upkeep-{suite}-{generator}", suite, generator,
                                     files=files) as machine:
                come_up(machine)
                self._change_package(machine, "999", "-i /root/newer.deb")
                self._change_package(machine, "0", "-i --force-downgrade /root/now.deb")
                outage(machine)
                machine.finish(f"{DPKG} --remove isboot")
                machine.finish(f"{DPKG} --purge isboot")
                self.assertEqual(machine.order(f"{distribution.LEFT} | grep -v -e ^/var/lib/ -e ^/root/ "
                                               "|| true"), "")
                wait_for_write(machine)
                # Nobody is there who could log out, nor is anybody needed for a clean file system.
                machine.power_off()

    def _change_package(self, machine, version, how):
        """The keeper of the package that comes takes over, and nothing is lost meanwhile."""
        keeper = machine.order(KEEPER)
        machine.finish(f"{DPKG} {how}")
        self.assertTrue(machine.order("dpkg-query -W -f '${Version}' isboot").startswith(version))
        self.assertNotEqual(machine.order(KEEPER), keeper)
        check_carried(machine)


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
