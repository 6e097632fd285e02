#!/usr/bin/python3
"""What rc(8) and its administrator do to a FreeBSD machine that has its root on iSCSI.

As image_test.py, which says what the image and the folder are.
"""

import unittest

from image_machine import BACK_LIMIT, WRITER, ImageCase, folder_disk, freebsd, over_iscsi, target
from harness.freebsd import END_LIMIT

NIC = "bootnet0"  # as isboot-kmod's script isbootifname calls it
BLOCKED = 40  # seconds; what ends the block is in memory then, the disk is not there
ADDRESS = "10.0.2.15"
RULES = "/tmp/isboot-rules"
# Each: what blocks everything, and what ends that.
FIREWALLS = (("kldload ipfw", "sysctl net.inet.ip.fw.enable=0"),
             (f"pfctl -q -f {RULES} -e", "pfctl -q -d"))


class Administered(ImageCase):

    settings = (f"echo 'isboot_ifname=\"{NIC}\"' >>/etc/rc.conf",)

    def test_root_stays(self):
        with target.serving(self.workspace, self.image) as server, \
             over_iscsi(self.workspace, server.port).running() as guest:
            self.assertIsNotNone(guest.console.first(rf"isboot: {NIC} carries the root disk"))
            self.assertRegex(guest.call("service isboot status"), r"hw\.isboot\.state: kept")
            guest.start(WRITER)
            self._is_left_alone(guest)
            self._puts_back(guest)
            for block, end in FIREWALLS:
                self._outlives(guest, block, end)
            self._says_what_is_lost(guest)
        self.workspace.clear()

    def _is_left_alone(self, guest):
        """rc.conf says ifconfig_DEFAULT="DHCP" in the image."""
        for command in ("service netif restart", "service routing restart; sleep 1", "! kldunload isboot"):
            guest.call(command)
            self.writes(guest)
        self.assertRegex(guest.call("route -n get default"), r"gateway: ")
        self.assertEqual(guest.number("hw.isboot.recoveries"), 0)

    def _puts_back(self, guest):
        guest.call(f"ifconfig {NIC} inet {ADDRESS} delete; sleep 1")
        self.assertRegex(guest.call(f"ifconfig {NIC}"), rf"inet {ADDRESS} ")
        self.writes(guest)
        guest.start(f"ifconfig {NIC} down")
        self._is_back(guest)

    def _outlives(self, guest, block, end):
        """A firewall that comes late and lets nothing through. What ends it is in memory by then, whole: its
        disk is behind the firewall."""
        guest.call(f"echo 'block all' >{RULES}; kldload -n pf; sync; "
                   "cat /bin/sh /bin/sleep /sbin/pfctl /sbin/sysctl >/dev/null")
        guest.start(f"{block}; sleep {BLOCKED}; {end}")
        guest.console.wait_for(r"cannot connect \(Permission denied; next: let the target's address pass",
                               BACK_LIMIT, "the block")
        self._is_back(guest)

    def _is_back(self, guest):
        guest.console.wait_for(r"isboot: .* back at ", BACK_LIMIT, "the session")
        self.writes(guest)

    def _says_what_is_lost(self, guest):
        """UFS panics with the first write that fails, so that none may come at once."""
        guest.call("kill %1; ulimit -c 0; sync; sleep 1; sync")
        guest.start("iscsictl -R -a")
        guest.console.wait_for(r"isboot: .*the session has ended in the kernel .*is gone and cannot be",
                               BACK_LIMIT, "the end")
        guest.console.wait_for(r"isboot: .*nothing is left to bring back; next: reset the machine",
                               BACK_LIMIT, "the end")


class Local(ImageCase):
    """The same system from a disk of the machine's own."""

    def test_is_unloaded_and_loaded_again(self):
        disk = folder_disk(self.workspace, None)
        with freebsd.local(self.workspace, self.image, f"{disk},readonly=on").running() as guest:
            self.assertIsNotNone(guest.console.first(r"isboot: .* no iBFT"))
            guest.call("sysctl hw.isboot")
            for _ in range(2):
                guest.call("kldunload isboot")
                guest.call("! sysctl hw.isboot")
                self.assertRegex(guest.call("kldload isboot; sleep 1"),
                                 r"isboot: root is mounted already: nothing to do")
            self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()


if __name__ == "__main__":
    unittest.main()
