"""Network managers, the real ones, beside a root disk that must not notice them.

In each machine the system's own configuration wants the boot NIC for itself, by DHCP; leases
last seconds; a writer keeps the disk busy.
"""

import unittest

from harness import machine as qemu, private_network
from harness.managed_machine import ManagedMachine, prepare

NETPLAN = """network:
  version: 2
  renderer: networkd
  ethernets:
    eth0:
      match: {macaddress: "52:54:00:12:34:56"}
      set-name: lan0
      dhcp4: true
"""
PROFILE = """[connection]
id=wired
uuid=11111111-2222-4333-8444-555555555555
type=ethernet
autoconnect-priority=10

[ipv4]
method=auto
"""
INTERFACES = """auto lo eth0
allow-hotplug eth0
iface lo inet loopback
iface eth0 inet dhcp
"""
VLAN = 42
# RFC 2132 section 9.14: the kind of hardware (1, Ethernet) and the MAC, as iPXE sends it.
FIRMWARE = (qemu.MAC, "01" + qemu.MAC.replace(":", ""))
# What keeps the managers off the NIC; isboot's own things in /run/isboot stay.
UNITS = "/run/systemd/system.control"
FILES = (f"/run/NetworkManager /run/network/ifstate.eth0 {UNITS}/ifup@eth0.service.d "
         f"{UNITS}/isboot-lease.service {UNITS}/multi-user.target.d "
         f"{UNITS}/NetworkManager.service.d {UNITS}/networking.service.d")


def setUpModule():  # pylint: disable=invalid-name
    prepare()


class Managers(unittest.TestCase):

    def test_networkd(self):
        """And netplan, whose generator writes networkd's files. iPXE gets the lease and all else
        from DHCP; networkd renews what it got."""
        files = {"etc/netplan/50.yaml": NETPLAN}
        with self._machine("networkd", "systemd-networkd", files, ipxe=True) as machine:
            machine.order("isboot ibft show --json | grep '\"origin\": \"dhcp\"'")
            machine.order("test -s /run/systemd/network/10-netplan-eth0.network")
            machine.wait_until("networkctl status eth0 | grep 05-isboot-eth0.network")
            self._restart(machine, "systemd-networkd")
            machine.order("systemctl start systemd-networkd")
            machine.wait_for_renewals()
            self._check_lease(machine)
            machine.order("systemctl start systemd-resolved")
            machine.wait_until("grep 'nameserver 10.0.2.3' /run/systemd/resolve/resolv.conf")
            machine.check_undisturbed()
            machine.power_off()

    def test_network_manager(self):
        files = {"etc/NetworkManager/system-connections/wired.nmconnection": PROFILE}
        with self._machine("network-manager", "NetworkManager", files) as machine:
            machine.wait_until("nmcli -g NAME,DEVICE,STATE con show | "
                               "grep -x 'isboot eth0:eth0:activated'")
            self._restart(machine, "NetworkManager")
            machine.order("systemctl start NetworkManager")
            machine.wait_for_renewals()
            self._check_lease(machine)
            machine.wait_until("nmcli -g IP4.DNS device show eth0 | grep -w 10.0.2.3")
            machine.check_undisturbed()
            machine.power_off()

    def test_ifupdown(self):
        """It leaves the NIC; isboot-lease.service renews the lease."""
        with self._machine("ifupdown", "networking", {"etc/network/interfaces": INTERFACES}) as machine:
            machine.wait_until("systemctl is-active isboot-lease")
            self._restart(machine, "networking")
            machine.order("ifup -a; ifdown -a; ifup eth0; ifdown eth0; systemctl start ifup@eth0")
            machine.wait_for_renewals()
            self._check_lease(machine)
            machine.order("systemctl start systemd-resolved")
            machine.wait_until("resolvectl | grep 'Fallback DNS Servers:* 10.0.2.3'")
            self._renew_by_dhclient(machine)
            machine.check_undisturbed()
            machine.power_off()

    def test_vlan_networkd(self):
        with self._machine("networkd-vlan", "systemd-networkd", {}, vlan=VLAN) as machine:
            machine.wait_until("networkctl status eth0 | grep 05-isboot-eth0.42-nic.network")
            self._restart(machine, "systemd-networkd")
            machine.power_off()

    def test_vlan_network_manager(self):
        with self._machine("network-manager-vlan", "NetworkManager", {}, vlan=VLAN) as machine:
            for link in ("eth0", "eth0.42"):
                machine.wait_until("nmcli -g NAME,DEVICE,STATE con show | "
                                   f"grep -x 'isboot {link}:{link}:activated'")
            self._restart(machine, "NetworkManager")
            machine.power_off()

    def test_vlan_ifupdown(self):
        interfaces = {"etc/network/interfaces": INTERFACES.replace("eth0", "eth0.42")}
        with self._machine("ifupdown-vlan", "networking", interfaces, vlan=VLAN) as machine:
            self._restart(machine, "networking")
            machine.order("ifup eth0.42; ifdown eth0.42")
            machine.check_undisturbed()
            machine.power_off()

    def test_without_files(self):
        """What isboot's files are good for, and that the checks of these tests notice it."""
        files = {"root/interfaces": INTERFACES,
                 "etc/NetworkManager/system-connections/wired.nmconnection": PROFILE}
        with self._machine("without-files", "dbus.service", files) as machine:
            machine.wait_for_renewals(1)
            machine.order(f"systemctl stop isboot-lease; rm -r {FILES}; systemctl daemon-reload")
            self._network_manager_does_not_renew(machine)
            self._ifupdown_takes_the_link_down(machine)
            self._network_manager_is_one_order_away(machine)
            machine.power_off()

    def _network_manager_does_not_renew(self, machine):
        machine.order("systemctl start NetworkManager")
        machine.wait_until("nmcli -g DEVICE,STATE device | grep -x 'eth0:connected (externally)'")
        given = machine.server.leases_given()
        machine.console.follow(1.5 * private_network.LEASE_S)
        self.assertEqual(machine.server.leases_given(), given)
        machine.order("systemctl stop NetworkManager")
        machine.check_undisturbed()

    def _ifupdown_takes_the_link_down(self, machine):
        machine.order("cp /root/interfaces /etc/network/; systemctl start networking")
        machine.order("systemctl stop networking")
        with self.assertRaisesRegex(AssertionError, r"taken away: .*10\.0\.2\.15"):
            machine.check_undisturbed()
        machine.wait_until("isboot status | grep carried")

    def _network_manager_is_one_order_away(self, machine):
        machine.order("rm -r /etc/network/interfaces /run/monitor.log; "
                      "systemctl restart isboot-monitor; systemctl start NetworkManager")
        machine.wait_until("nmcli -g DEVICE,STATE device | grep -x 'eth0:connected (externally)'")
        machine.order("nmcli con up wired")
        with self.assertRaisesRegex(AssertionError, r"taken away: .*10\.0\.2\.15"):
            machine.check_undisturbed()

    def _machine(self, name, unit, files, **how):
        machine = ManagedMachine(f"managers-{name}", f"{unit}.service", files, **how)
        print(f"logs: {machine.workspace.path}", flush=True)
        return machine

    def _restart(self, machine, unit):
        machine.wait_for_renewals()
        machine.order(f"systemctl restart {unit}")
        machine.wait_for_renewals()
        machine.check_undisturbed()
        machine.order(f"systemctl stop {unit}")
        machine.check_undisturbed()

    def _renew_by_dhclient(self, machine):
        """The other client is not there any more. Debian confines this one to the files that
        its AppArmor profile names."""
        machine.order("systemctl stop isboot-lease; rm /bin/busybox; "
                      "apparmor_parser -r /etc/apparmor.d/sbin.dhclient; "
                      "systemctl start isboot-lease")
        machine.wait_for_renewals(3)
        machine.order("grep enforce /proc/$(cat /run/dhclient-isboot.pid)/attr/current")
        self.assertEqual(machine.server.identities(), {FIRMWARE})

    def _check_lease(self, machine):
        """Whoever renews it says who it is as firmware did. A server is silent: the lease ends,
        the address stays."""
        self.assertEqual(machine.server.identities(), {FIRMWARE})
        with machine.server.silent():
            machine.console.follow(1.5 * private_network.LEASE_S)
        machine.check_undisturbed()
        machine.wait_for_renewals(1)


if __name__ == "__main__":
    unittest.main()
