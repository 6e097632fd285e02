#!/usr/bin/python3
"""FreeBSD's root on iSCSI and what else lives on the network: firewalls, leases, and IPv6 routers.

As image_test.py, which says what the image and the folder are. As root where the lease is that of a
DHCP server of the test's own.
"""

import contextlib
import unittest

from image_machine import (BACK_LIMIT, VTNETS_OWN, WRITER, ImageCase, over_iscsi, freebsd, machine,
                           target)
from harness import private_network, qmp
from harness.freebsd import END_LIMIT
from harness.relay import Relay

LEASE_S = 60  # dhclient(8) takes a shorter one for this
AWAY = 70  # seconds without the cable: the lease runs out meanwhile
LOOPBACK = "[::1]"
IPFW_CONF = ("echo 'net.inet.ip.fw.default_to_accept=\"1\"' >>/boot/loader.conf",)


def ipfw_rules(host, port):
    """As docs/freebsd.md has them, and nothing else passes."""
    return (f"ipfw -q add 100 pass tcp from me to {host} {port}",
            f"ipfw -q add 101 pass tcp from {host} {port} to me",
            "ipfw -q add 65000 deny ip from any to any")


def pf_rules(host, port):
    """As docs/freebsd.md has them, and nothing else passes."""
    rules = (f"pass quick proto tcp to {host} port {port} flags any",
             f"pass quick proto tcp from {host} port {port} flags any", "block all")
    return (*(f"echo '{rule}' >>/tmp/isboot-rules" for rule in rules),
            "pfctl -q -f /tmp/isboot-rules", "pfctl -e")


class Firewall(ImageCase):
    """The rules let the session through and its next login, and nothing else."""

    settings = IPFW_CONF

    def test_passage(self):
        with target.serving(self.workspace, self.image) as server:
            way = Relay(server.port)
            with contextlib.closing(_Ended(way)), \
                 over_iscsi(self.workspace, way.port).running() as guest:
                guest.start(WRITER)
                for load, rules, off in (("ipfw", ipfw_rules, "kldunload ipfw"),
                                         ("pf", pf_rules, "pfctl -d")):
                    guest.call(f"kldload {load}")
                    for command in rules(machine.HOST, way.port):
                        guest.call(command)
                    self.writes(guest)
                    guest.call(f"! ping -c 1 -t 3 {machine.HOST}")
                    self.cut(guest, way)
                    self.mend(guest, way)
                    self.writes(guest)
                    guest.call(off)
                self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()


class _Ended:
    """A relay or a target, for contextlib.closing()."""

    def __init__(self, way):
        self.close = way.end


class Lease(ImageCase):
    """dhclient(8) renews the lease of the boot NIC, and asks anew when devd(8) has seen the cable again."""

    def prepare(self):
        reason = private_network.reason_to_skip()
        if reason:
            self.skipTest(reason)
        private_network.enter()

    def test_lease(self):
        rootpath = "option rootpath iscsi:{}:tcp:{}:{}:{}"
        with target.serving(self.workspace, self.image, host=private_network.TARGET) as server, \
             private_network.DhcpServer(self.workspace, machine.MAC, LEASE_S).running(
                 rootpath.format(private_network.TARGET, server.port, target.LUN,
                                 target.NAME)) as leases:
            vm = machine.from_ipxe(self.workspace, "virtio-net-pci", True,
                                   private_network.CABLE_NETDEV)
            vm.add(*qmp.ARGUMENTS)
            with freebsd.of(vm).running() as guest:
                guest.start(WRITER)
                self._is_renewed(guest, leases)
                self.assertEqual(guest.number("hw.isboot.recoveries"), 0)
                self._comes_back_with_its_cable(guest, leases)
                self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()

    def _is_renewed(self, guest, leases):
        """Three times, each after half of its time."""
        given = leases.leases_given()
        guest.console.follow(2 * LEASE_S)
        self.assertGreaterEqual(leases.leases_given(), given + 3)
        self.writes(guest)

    def _comes_back_with_its_cable(self, guest, leases):
        """Whoever took the address away meanwhile, it is there again, and is renewed."""
        with contextlib.closing(qmp.Monitor(self.workspace.path)) as monitor:
            monitor.plug(False)
            guest.console.follow(AWAY)
            given = leases.leases_given()
            monitor.plug(True)
        guest.console.wait_for(r"isboot: .* back at ", BACK_LIMIT, "the session")
        self.writes(guest)
        guest.console.follow(LEASE_S)
        self.assertGreater(leases.leases_given(), given)
        self.assertRegex(guest.call("ifconfig vtnet0"), rf"inet {private_network.MACHINE} ")
        self.writes(guest)


class Advertised(ImageCase):
    """The address comes from a router, QEMU's. iPXE's table cannot name a target in IPv6: a tunable
    does."""

    def prepare(self):
        self.port = target.free_port(LOOPBACK)
        self.settings = (f"echo 'hw.isboot.url=\"iscsi:[{machine.HOST_IPV6}]::{self.port}:"
                         f"{target.LUN}:{target.NAME}\"' >>/boot/loader.conf",)

    def test_root_on_iscsi(self):
        server = target.Target(self.workspace, LOOPBACK, self.port, self.image)
        server.start()
        script = machine.write_script(self.workspace, self.port, first=("ifconf -c ipv6 net0",))
        script.write_text(script.read_text(encoding="ascii").replace(
            f"iscsi:{machine.HOST}:", f"iscsi:[{machine.HOST_IPV6}]:"), encoding="ascii")
        with contextlib.closing(_Ended(server)), \
             freebsd.of(machine.from_ipxe(self.workspace, "virtio-net-pci", True)).running() as guest:
            self.assertIsNotNone(guest.console.first(r"up, address by router advertisement"))
            guest.start(WRITER)
            self.writes(guest)
            server.kill()
            guest.console.wait_for(r"cannot connect", BACK_LIMIT, "the loss")
            server.start()
            guest.console.wait_for(r"isboot: .* back at ", BACK_LIMIT, "the session")
            self.writes(guest)
            self.assertLess(self.ends(guest, "shutdown -p now", (VTNETS_OWN,)), END_LIMIT)
        self.workspace.clear()


if __name__ == "__main__":
    unittest.main()
