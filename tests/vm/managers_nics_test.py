"""The network managers beside sessions over IPv4 and IPv6, none of whose addresses is a lease."""

import unittest

from harness import managed_nics, radvd
from harness.managed_machine import prepare
from harness.managed_nics import ManagedNics
from harness.several_nics import mac

LINKS = ("eth0", "eth1", "eth2")
# The system wants all NICs for itself, by DHCP, in each manager's words.
NETWORK = "[Match]\nName=*\n[Network]\nDHCP=yes\n"
PROFILE = """[connection]
id=wired
uuid=11111111-2222-4333-8444-555555555555
type=ethernet
autoconnect-priority=10
multi-connect=3

[ipv4]
method=auto
"""
INTERFACES = """auto lo eth0 eth1 eth2
iface lo inet loopback
iface eth0 inet dhcp
iface eth1 inet6 dhcp
iface eth2 inet6 auto
"""
FILES = {"etc/systemd/network/80-all.network": NETWORK,
         "etc/NetworkManager/system-connections/wired.nmconnection": PROFILE,
         "etc/network/interfaces": INTERFACES}


def setUpModule():  # pylint: disable=invalid-name
    prepare(radvd.fetch)
    managed_nics.add_cables()


class ManagedWithoutLeases(unittest.TestCase):

    def test_static_and_advertised(self):
        """Three managers, one after the other, on three NICs."""
        with ManagedNics("managers-nics", "networking.service", FILES) as machine:
            print(f"logs: {machine.workspace.path}", flush=True)
            machine.wait_until(f"test $(isboot status | grep -c carried) = {managed_nics.SESSIONS}")
            machine.keep_reading()
            advertised = self._advertised_address(machine)
            machine.order("systemctl restart networking; systemctl stop networking")
            machine.check_undisturbed()
            machine.order("systemctl start systemd-networkd")
            for link in LINKS:
                machine.wait_until(f"networkctl status {link} | grep 05-isboot-{link}.network")
            self._restart(machine, "systemd-networkd")
            # What ifupdown's file names, Debian's NetworkManager leaves alone.
            machine.order("rm /etc/network/interfaces; systemctl start NetworkManager")
            for link in LINKS:
                machine.wait_until("nmcli -g NAME,DEVICE,STATE con show | "
                                   f"grep -x 'isboot {link}:{link}:activated'")
            self._restart(machine, "NetworkManager")
            self.assertEqual(self._advertised_address(machine), advertised)
            # Of the other two the system may want a lease over IPv4, which is nothing of root's.
            self.assertNotIn(mac(0), [asker for asker, _ in machine.server.identities()])
            machine.power_off()

    def _advertised_address(self, machine):
        return machine.order("ip -6 addr show dev eth2 scope global | grep -o 'fd00:2:[^ ]*'")

    def _restart(self, machine, unit):
        """What routers advertised before it came ends while it is looked at."""
        machine.order(f"systemctl restart {unit}")
        machine.console.follow(1.1 * managed_nics.ADVERTISED_S)
        machine.check_undisturbed()
        # The next one finds the kernel listening, as isboot left it.
        machine.order(f"systemctl stop {unit}; echo 2 >/proc/sys/net/ipv6/conf/eth2/accept_ra")
        machine.check_undisturbed()


if __name__ == "__main__":
    unittest.main()
