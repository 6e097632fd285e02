"""isboot's own initramfs as a user switches it on (docs/distributions.md) in a whole Debian whose loader is
Debian's own: one line in isboot.conf, and the next start is by it; when it cannot mount root, the one after
that is by the distribution's, and nobody has to be there. Needs root and the network. Not in CI;
`scripts/test --distribution`."""

import unittest

from harness.disk import MIB, SECTOR, Disk
from harness.distribution import DistributionMachine
from harness.distribution_life import come_up, expect, wait_for_write
from harness.distribution_roots import EXT4, Root
from harness.distribution_tests import SUITES, set_up
from harness.machine import KERNEL_ARGUMENTS

GENERATOR = "initramfs-tools"
# panic= is what isboot's entry says.
ARGUMENTS = KERNEL_ARGUMENTS.replace("panic=1 ", "")
CONF = "/etc/isboot/isboot.conf"
REFRESH = "/usr/lib/isboot/own-initramfs refresh"
# In seconds: it waits for root, and a minute more until it restarts the machine.
FAILED_START_LIMIT = 900
REFRESH_LIMIT = 3600


class KernelsInTheEsp(Disk):
    """systemd-boot reads nothing else."""

    esp_sectors = 160 * MIB // SECTOR


GRUB = Root(packages=("grub-pc",), ipxe=True,
            files={"etc/default/grub": f"GRUB_TIMEOUT=0\nGRUB_CMDLINE_LINUX=\"{ARGUMENTS}\"\n"})
SYSTEMD_BOOT = Root(packages=("systemd-boot",), ipxe=True, disk=KernelsInTheEsp, memory_mib=1024,
                    fstab=f"{EXT4}\n/dev/sda2 /boot/efi vfat defaults 0 0",
                    files={"etc/kernel/cmdline": f"{ARGUMENTS} root={Root.argument} ro\n", "boot/efi/.mounted": ""})


class OwnInitramfs(DistributionMachine):
    """`fails`: its next start ends with a restart, before there is a system."""

    fails = False

    def _wait_for_start(self):
        if not self.fails:
            super()._wait_for_start()

    def started_by_own(self):
        """No other initramfs says this."""
        return self.order("dmesg | grep -c 'isboot: .* root is /dev/' || true") == "1"

    def restart(self):
        self.power_off(order="systemctl reboot", last_line="reboot: Restarting system")
        self.start()
        if not self.fails:
            come_up(self)
            wait_for_write(self)


class ByUefi(OwnInitramfs):

    uefi = True


def live(machine, install_loader, is_proved):
    """`is_proved`: succeeds in the machine when the loader knows that it came up."""
    come_up(machine)
    expect("before it is switched on: started by it", machine.started_by_own(), False)
    machine.finish(install_loader)
    machine.finish(f"sed -i s/^OWN_INITRAMFS=.*/OWN_INITRAMFS=first/ {CONF} && {REFRESH}", REFRESH_LIMIT)
    machine.restart()
    expect("switched on: started by it", machine.started_by_own(), True)
    machine.wait_until(is_proved)
    expect("a warning of its own entry", machine.console.first("isboot: .* parameter "), None)
    # It gets no driver of root's file system.
    machine.finish(f"echo 'OWN_INITRAMFS_OPTIONS=\"--root-type xfs\"' >>{CONF} && {REFRESH}", REFRESH_LIMIT)
    machine.fails = True
    machine.restart()
    machine.console.wait_for("isboot: .* root file system cannot be mounted", FAILED_START_LIMIT, "its failure")
    machine.console.wait_for("reboot: Restarting system", FAILED_START_LIMIT, "the restart by panic=60")
    machine.console.wait_for_end(FAILED_START_LIMIT)
    machine.fails = False
    machine.start()
    come_up(machine)
    expect("after one that failed: started by it", machine.started_by_own(), False)
    machine.finish(f"sed -i /OPTIONS/d {CONF} && {REFRESH}", REFRESH_LIMIT)
    machine.restart()
    expect("mended: started by it", machine.started_by_own(), True)
    before = machine.logouts()
    machine.power_off()
    expect("logouts at the target", machine.logouts(), before + 1)


def setUpModule():  # pylint: disable=invalid-name
    set_up([(suite, GENERATOR, root.packages) for suite in SUITES for root in (GRUB, SYSTEMD_BOOT)])


class First(unittest.TestCase):

    def test_grub(self):
        for suite in SUITES:
            with self.subTest(suite=suite), OwnInitramfs(
                    f"distribution-own-initramfs-{suite}", suite, GENERATOR, root=GRUB) as machine:
                live(machine, "grub-install /dev/sda", "! grub-editenv /boot/grub/grubenv list | grep tried")

    def test_systemd_boot(self):
        for suite in SUITES:
            with self.subTest(suite=suite), ByUefi(
                    f"distribution-systemd-boot-{suite}", suite, GENERATOR, root=SYSTEMD_BOOT) as machine:
                live(machine, "bootctl install", "ls /boot/efi/loader/entries | grep isboot.conf")


if __name__ == "__main__":
    unittest.main()
