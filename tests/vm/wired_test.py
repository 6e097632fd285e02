"""Networks that the host's kernel may lack: two machines wired together, on Debian's kernel."""

import unittest

from harness.boot import START_LIMIT
from harness.kept_machine import KeptMachine
from harness.wired import Wired, bond_initramfs, pair

SAID_LIMIT = 120  # seconds
LOGIN_BYTES = 5000  # less than a login and the look at a disk take


BAD, BETTER = "delay 50ms loss 5%", "delay 5ms loss 1%"


class Vlans(Wired):
    """The target is in VLAN 42, on a bad line; the table's first pair is in VLAN 43. To read a
    whole system over that line takes minutes: it is better for so long."""

    prepare = ("ip link set eth1 up",
               "ip link add link eth1 name eth1.42 type vlan id 42",
               "ip addr add 10.0.42.2/24 dev eth1.42; ip link set eth1.42 up",
               f"/sbin/tc qdisc add dev eth1 root netem {BAD}")
    pairs = [pair(number, 1, {"address": f"10.0.42.{15 + number}", "prefix": 24, "vlan": vlan},
                  {"address": "10.0.42.2"}) for number, vlan in enumerate((43, 42))]

    def before_root(self):
        self.console.wait_for(r"isboot: .*path 2: LUN 1 .* is /dev/sda", START_LIMIT, "the disk")
        self.line_becomes(BETTER)

    def line_becomes(self, quality):
        self.order(f"/sbin/tc qdisc change dev eth1 root netem {quality}")


class Mixed(Wired):
    """Two NICs in one subnet, and one that gets all of its network from an IPv6 router."""

    wires = 3
    prepare = ("brctl addbr switch; brctl addif switch eth1; brctl addif switch eth2",
               "for link in eth1 eth2 switch; do ip link set $link up; done",
               "ip addr add 10.0.9.2/24 dev switch",
               "ip link set eth3 up; ip addr add fd00:1::1/64 dev eth3; "
               "ip addr add 2001:db8::7/128 dev lo; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
               "printf 'interface eth3 { AdvSendAdvert on; MinRtrAdvInterval 3; "
               "MaxRtrAdvInterval 4; prefix fd00:1::/64 { }; };\\n' >/etc/radvd.conf",
               "radvd -n -C /etc/radvd.conf -m stderr -p /tmp/radvd.pid & sleep 1; kill -0 $!")
    pairs = [pair(0, 1, {"address": "10.0.9.15", "prefix": 24}, {"address": "10.0.9.2"}),
             pair(1, 2, {"address": "10.0.9.16", "prefix": 24}, {"address": "10.0.9.2"}),
             pair(2, 3, {"origin": "router-advertisement"}, {"address": "2001:db8::7"})]


class Bond(Wired):
    """The table names the NIC that is the first port of a bond."""

    wires = 2
    prepare = Mixed.prepare[:3]
    pairs = [pair(0, 1, {"address": "10.0.9.15", "prefix": 24}, {"address": "10.0.9.2"})]

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, initrd=bond_initramfs(), **options)


class WiredMachines(unittest.TestCase):

    def test_vlans(self):
        """Root by the right one, with 50 ms of delay and 5 % of loss; the wrong one is named."""
        with KeptMachine("wired-vlans", kind=Vlans) as machine:
            self._wait_said(machine, r"isboot: .*path 2: eth1\.42 up, 10\.0\.42\.16/24")
            self._wait_said(machine, r"isboot: .*path 1: .*10\.0\.42\.2:3260.*, in VLAN 43")
            self.assertEqual(len(machine.status()), 1)
            machine.boot.line_becomes(BAD)
            for _ in range(3):
                machine.next_write()
            machine.boot.line_becomes(BETTER)
            machine.power_off()
        machine.check()

    def test_mixed(self):
        """Three sessions, each by its own NIC."""
        with KeptMachine("wired-mixed", kind=Mixed) as machine:
            status = machine.wait_status(lambda status: len(status) == 3, "three sessions")
            self.assertEqual(sorted(session["portal"] for session in status),
                             ["10.0.9.2:3260", "10.0.9.2:3260", "[2001:db8::7]:3260"])
            for link in ("eth1", "eth2", "eth3"):
                received = machine.boot.ask(f"cat /sys/class/net/{link}/statistics/rx_bytes")
                self.assertGreater(int(received), LOGIN_BYTES, link)
            self._wait_said(machine, r"advertised, from fd00:1::5054:ff:feaa:3")
            machine.power_off()
        machine.check()

    def test_bond(self):
        """A bond that was built before isboot ran, by its name."""
        with KeptMachine("wired-bond", "isboot.nic=bond0", kind=Bond) as machine:
            self._wait_said(machine, r"isboot: .*bond0 up, 10\.0\.9\.15/24")
            machine.next_write()
            machine.power_off()
        machine.check()

    def _wait_said(self, machine, pattern):
        """The line may have come before, or be still to come."""
        if machine.boot.console.first(pattern) is None:
            machine.wait_for(pattern, pattern, SAID_LIMIT)


if __name__ == "__main__":
    unittest.main()
