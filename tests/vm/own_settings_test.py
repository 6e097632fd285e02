"""What a system wants of its NIC beside root's address: MTU, a second address, a route, a DNS server
and a search domain. With the real managers of Debian 12 and 13 all of them must be there, and root
must not notice."""

import unittest

from harness import debian_root, machine as qemu
from harness.kernel import Kernel
from harness.managed_machine import ManagedMachine, prepare
from harness.packages import HOST, Archive

TRIXIE = Archive("trixie")
NETPLAN = f"""network:
  version: 2
  renderer: networkd
  ethernets:
    lan:
      match: {{macaddress: "{qemu.MAC}"}}
      mtu: 1400
      addresses: [10.9.8.7/24]
      routes: [{{to: 10.77.0.0/16, via: 10.0.2.9}}]
      nameservers: {{addresses: [10.9.8.53], search: [corp.example.org]}}
      dhcp4: true
"""
PROFILE = """[connection]
id=wired
uuid=11111111-2222-4333-8444-555555555555
type=ethernet
interface-name=eth0
autoconnect-priority=10

[ethernet]
mtu=1400

[ipv4]
method=auto
address1=10.9.8.7/24
route1=10.77.0.0/16,10.0.2.9
dns=10.9.8.53;
dns-search=corp.example.org;
"""
INTERFACES = """auto lo eth0
iface lo inet loopback
iface eth0 inet dhcp
  mtu 1400
  dns-nameservers 10.9.8.53
  dns-search corp.example.org
  up ip route add 10.77.0.0/16 via 10.0.2.9
iface eth0 inet static
  address 10.9.8.7/24
"""
# What resolvconf's script would be told.
IF_UP = "#!/bin/sh\necho \"$IFACE $IF_DNS_NAMESERVERS $IF_DNS_SEARCH\" >>/run/dns\n"
NETPLAN_FILE = "etc/netplan/50-system.yaml"


def setUpModule():  # pylint: disable=invalid-name
    def fetch():
        Kernel(TRIXIE)
        debian_root.fetch(TRIXIE)

    prepare(fetch)


class OwnSettings(unittest.TestCase):

    def test_networkd_12(self):
        self._networkd(HOST)

    def test_networkd_13(self):
        self._networkd(TRIXIE)

    def test_network_manager_12(self):
        self._network_manager(HOST)

    def test_network_manager_13(self):
        self._network_manager(TRIXIE)

    def test_ifupdown_12(self):
        self._ifupdown(HOST)

    def test_ifupdown_13(self):
        self._ifupdown(TRIXIE)

    def _networkd(self, archive):
        """By netplan, whose generator writes networkd's files."""
        with self._machine("networkd", archive, "systemd-networkd.service",
                           {NETPLAN_FILE: NETPLAN}) as machine:
            machine.wait_until("networkctl status eth0 | grep 'State:.*configured'")
            for _ in range(2):
                self._has_all(machine)
                machine.order("grep 10.9.8.53 /run/systemd/netif/links/*")
                machine.order("grep corp.example.org /run/systemd/netif/links/*")
                machine.wait_for_renewals()
                machine.order("systemctl restart systemd-networkd")
                machine.wait_until("networkctl status eth0 | grep 'State:.*configured'")
            machine.check_undisturbed()
            machine.power_off()

    def _network_manager(self, archive):
        files = {"etc/NetworkManager/system-connections/wired.nmconnection": PROFILE}
        with self._machine("network-manager", archive, "NetworkManager.service", files) as machine:
            for _ in range(2):
                machine.wait_until("nmcli -g DEVICE,STATE device | grep -x eth0:connected")
                self._has_all(machine)
                machine.order("nmcli -g IP4.DNS device show eth0 | grep -w 10.9.8.53")
                machine.order("nmcli -f IP4 device show eth0 | grep corp.example.org")
                machine.wait_for_renewals()
                machine.order("systemctl restart NetworkManager")
            machine.check_undisturbed()
            machine.power_off()

    def _ifupdown(self, archive):
        files = {"etc/network/interfaces": INTERFACES, "etc/network/if-up.d/dns": IF_UP}
        with self._machine("ifupdown", archive, "networking.service", files) as machine:
            for _ in range(2):
                machine.wait_until("grep -x 'eth0 10.9.8.53 corp.example.org' /run/dns")
                self._has_all(machine)
                machine.wait_for_renewals()
                machine.order("systemctl restart networking")
            machine.check_undisturbed()
            machine.power_off()

    def _has_all(self, machine):
        machine.wait_until("ip route | grep '^10.77.0.0/16 via 10.0.2.9 dev eth0'")
        seen = machine.order("ip -o addr show dev eth0; ip -o link show dev eth0")
        for part in ("inet 10.0.2.15/24", "inet 10.9.8.7/24", "mtu 1400"):
            self.assertIn(part, seen)

    def _machine(self, name, archive, unit, files):
        machine = ManagedMachine(archive.label(f"own-settings-{name}"), unit, files, archive=archive)
        print(f"logs: {machine.workspace.path}", flush=True)
        return machine


if __name__ == "__main__":
    unittest.main()
