"""isboot's own initramfs as a user switches it on (docs/distributions.md) in a whole Debian whose GRUB is
Debian's own: one line in isboot.conf, and the next start is by it; when it cannot mount root, the one after
that is by the distribution's, and nobody has to be there. Needs root and the network. Not in CI;
`scripts/test --distribution`."""

import unittest

from harness.distribution import DistributionMachine
from harness.distribution_life import come_up, expect, wait_for_write
from harness.distribution_roots import Root
from harness.distribution_tests import SUITES, set_up
from harness.machine import KERNEL_ARGUMENTS

GENERATOR = "initramfs-tools"
# panic= is what isboot's entry says.
ARGUMENTS = KERNEL_ARGUMENTS.replace("panic=1 ", "")
ROOT = Root(packages=("grub-pc",), ipxe=True,
            files={"etc/default/grub": f"GRUB_TIMEOUT=0\nGRUB_CMDLINE_LINUX=\"{ARGUMENTS}\"\n"})
CONF = "/etc/isboot/isboot.conf"
REFRESH = "/usr/lib/isboot/own-initramfs refresh"
OWN = "isboot.initramfs=own"
# In seconds: it waits for root, and a minute more until it restarts the machine.
FAILED_START_LIMIT = 900


class OwnInitramfs(DistributionMachine):
    """`fails`: its next start ends with a restart, before there is a system."""

    fails = False

    def _wait_for_start(self):
        if not self.fails:
            super()._wait_for_start()

    def started_by_own(self):
        return self.order(f"grep -c {OWN} /proc/cmdline || true") == "1"

    def restart(self):
        self.power_off(order="systemctl reboot", last_line="reboot: Restarting system")
        self.start()
        if not self.fails:
            come_up(self)
            wait_for_write(self)


def live(machine):
    come_up(machine)
    expect("before it is switched on: started by it", machine.started_by_own(), False)
    machine.finish("grub-install /dev/sda")
    machine.finish(f"sed -i s/^OWN_INITRAMFS=.*/OWN_INITRAMFS=first/ {CONF} && {REFRESH}")
    machine.restart()
    expect("switched on: started by it", machine.started_by_own(), True)
    machine.wait_until("systemctl show -p Result isboot-came-up.service | grep success")
    expect("its mark", machine.order("grub-editenv /boot/grub/grubenv list | grep tried || true"), "")
    # It gets no driver of root's file system.
    machine.finish(f"echo 'OWN_INITRAMFS_OPTIONS=\"--root-type xfs\"' >>{CONF} && {REFRESH}")
    machine.fails = True
    machine.restart()
    machine.console.wait_for("reboot: Restarting system", FAILED_START_LIMIT, "the restart by panic=60")
    machine.console.wait_for_end(FAILED_START_LIMIT)
    expect("the start that fails is by it", machine.console.first(f"Command line: .*{OWN}") is not None, True)
    machine.fails = False
    machine.start()
    come_up(machine)
    expect("after one that failed: started by it", machine.started_by_own(), False)
    # Mended, it is first again.
    machine.finish(f"sed -i /OPTIONS/d {CONF} && {REFRESH}")
    machine.restart()
    expect("mended: started by it", machine.started_by_own(), True)
    before = machine.logouts()
    machine.power_off()
    expect("logouts at the target", machine.logouts(), before + 1)


def setUpModule():  # pylint: disable=invalid-name
    set_up([(suite, GENERATOR, ROOT.packages) for suite in SUITES])


class First(unittest.TestCase):

    def test_first_and_when_it_fails(self):
        for suite in SUITES:
            with self.subTest(suite=suite), OwnInitramfs(
                    f"distribution-own-initramfs-{suite}", suite, GENERATOR, root=ROOT) as machine:
                live(machine)


if __name__ == "__main__":
    unittest.main()
