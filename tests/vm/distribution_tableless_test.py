"""isboot's package in whole Debian systems on a machine whose firmware leaves no table: the kernel
command line leads to the disk, by two URLs of which one is dead, and to the login prompt; the address is
on it, too, or a lease that the initramfs's own client gets. Needs root and the network. Not in CI;
`scripts/test --distribution`."""

import dataclasses
import unittest

from harness import machine, private_network, target
from harness.distribution import DistributionMachine
from harness.distribution_life import come_up, expect, outage
from harness.distribution_roots import ROOTS
from harness.distribution_tests import GENERATORS, SUITES, SYSTEMS, set_up
from harness.leased import CLOSED, UUID

STATIC = f"ip={private_network.MACHINE}::{private_network.HOST}:255.255.255.0:::none"
LEASED = "ip=dhcp"
FOUND = "boot by the kernel command line, 1 NIC, 2 targets"
# dracut's own network is a package of its own, and networkd one of those that it can use.
DRACUT_NETWORK = dataclasses.replace(
    ROOTS["ext4"], packages=("dracut-network",),
    files={"etc/dracut.conf.d/network.conf": 'add_dracutmodules+=" systemd-networkd "\n'})


def setUpModule():  # pylint: disable=invalid-name
    set_up([*SYSTEMS, *((*system, DRACUT_NETWORK.packages) for system in SYSTEMS if "dracut" in system)])


class TablelessMachine(DistributionMachine):
    """`words`: what of its kernel command line is about its address."""

    def __init__(self, name, suite, generator, words, root=ROOTS["ext4"]):
        self.words = words
        super().__init__(name, suite, generator, root=root)

    def _guest(self, port):
        urls = " ".join(f"isboot.url=iscsi:{private_network.TARGET}::{one}:{target.LUN}:{target.NAME}"
                        for one in (CLOSED, port))
        guest = machine.from_kernel(self.workspace, self._kernel, self._initrd,
                                    f"{self._arguments} {urls} {self.words}",
                                    netdev=private_network.CABLE_NETDEV)
        guest.add("-uuid", UUID)
        return guest


def live(started):
    """From a start to the power-off."""
    come_up(started)
    expect("what it boots by", started.order("dmesg | grep -o 'boot by the .*'"), FOUND)
    started.wait_until("isboot status --json | tr -d '\\n' | grep -q carried")
    expect("sessions that are carried",
           [session["state"] for session in started.status()].count("carried"), 1)
    # For `isboot timeline`.
    (started.workspace / "timeline.log").write_text(started.order("cat /run/isboot/timeline") + "\n", encoding="ascii")
    before = started.logouts()
    # Of both sessions it says that something is wrong: one path is dead.
    outage(started, "isboot status --line | grep '/dev/sda carried'")
    started.power_off()
    expect("logouts at the target", started.logouts(), before + 1)


def live_by_lease(started):
    """The lease is of 20 seconds, less than a start takes: the address is there until somebody manages
    the NIC in the system, who has it renewed."""
    come_up(started)
    expect("when the keeper had to set the NIC up again", started.console.first("set up again"), None)
    started.wait_for_renewals()
    live(started)


class Tableless(unittest.TestCase):

    def test_to_the_login_prompt(self):
        for suite, generator in SYSTEMS:
            with self.subTest(suite=suite, generator=generator), TablelessMachine(
                    f"distribution-tableless-{suite}-{generator}", suite, generator,
                    STATIC) as started:
                live(started)
                if generator == "initramfs-tools":  # klibc's ipconfig
                    started.words = LEASED
                    started.start()
                    live_by_lease(started)

    def test_lease_of_dracuts_own_network(self):
        for suite in SUITES if "dracut" in GENERATORS else ():
            with self.subTest(suite=suite), TablelessMachine(
                    f"distribution-tableless-{suite}-lease", suite, "dracut",
                    LEASED, DRACUT_NETWORK) as started:
                live_by_lease(started)


if __name__ == "__main__":
    unittest.main()
