#!/usr/bin/python3
"""ctld(8) of one FreeBSD machine serves the disk that another has its root on.

As image_test.py, which says what the image and the folder are; the machine that serves is started
from the same image, as a local disk.
"""

import contextlib
import re
import unittest

from image_machine import (BACK_LIMIT, VTNETS_OWN, WRITER, ImageCase, over_iscsi, freebsd, machine,
                           target)
from harness import ctld, private_network, radvd
from harness.freebsd import END_LIMIT

MUTUAL = ("booter", "not-a-secret-1", "targeter", "not-a-secret-2")
RADVD_CONF = f"""interface {private_network.CABLE} {{
  AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 10; prefix ::/64 {{}};
}};
"""


class OnCtld(ImageCase):

    def _comes_back(self, guest, server):
        """ctld(8) is away under writes. It has one session, then as before."""
        guest.start(WRITER)
        self.writes(guest)
        self.assertEqual(self._sessions(server), 1)
        server.stop_serving()
        guest.console.wait_for(r"isboot: .* trying again", BACK_LIMIT, "the loss")
        server.serve_again()
        guest.console.wait_for(r"isboot: .* back at ", BACK_LIMIT, "the session")
        self.writes(guest)
        self.assertEqual(self._sessions(server), 1)

    def _sessions(self, server):
        listed = server.guest.call("ctladm islist")
        return len(re.findall(rf"(?m)^ *\d+ .* {machine.INITIATOR} ", listed))


class Proved(OnCtld):
    """With the digests, and with mutual CHAP."""

    settings = ("echo 'hw.isboot.digest=\"header,data\"' >>/boot/loader.conf",)

    def test_root_on_ctld(self):
        with ctld.serving(self.workspace, self.image, MUTUAL) as server, \
             over_iscsi(self.workspace, server.port, chap=MUTUAL).running() as guest:
            listed = guest.call("iscsictl -Lv")
            self.assertRegex(listed, r"Header digest:\s+CRC32C")
            self.assertRegex(listed, r"Data digest:\s+CRC32C")
            self.assertRegex(listed, rf"Mutual user:\s+{MUTUAL[2]}")
            self._comes_back(guest, server)
            self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()


class Redirected(OnCtld):
    """In IPv6, behind a router, whose advertisement is the address's origin, at a portal that sends to
    another. A tunable names the target, since iPXE's table cannot: iPXE takes it in IPv4."""

    def prepare(self):
        reason = private_network.reason_to_skip()
        if reason:
            self.skipTest(reason)
        radvd.fetch()
        private_network.enter()
        self.server = ctld.FarCtld(self.workspace, self.image)
        url = (f"iscsi:[{ctld.FAR_IPV6}]::{self.server.redirecting_port}:"
               f"{target.LUN}:{target.NAME}")
        self.settings = tuple(f"echo 'hw.isboot.{name}=\"{value}\"' >>/boot/loader.conf" for name, value
                              in (("url", url), ("initiator", machine.INITIATOR)))

    def test_root_on_ctld(self):
        self.server.start()
        rootpath = (f"option rootpath iscsi:{ctld.FAR}:tcp:{self.server.port}:"
                    f"{target.LUN}:{target.NAME}")
        vm = freebsd.of(machine.from_ipxe(self.workspace, "virtio-net-pci", True,
                                          private_network.CABLE_NETDEV))
        with contextlib.ExitStack() as life:
            life.callback(self.server.end)
            life.enter_context(radvd.running_with(self.workspace, RADVD_CONF))
            life.enter_context(private_network.DhcpServer(self.workspace, machine.MAC)
                               .running(rootpath))
            guest = life.enter_context(vm.running())
            for port in (self.server.redirecting_port, self.server.port):
                self.assertIsNotNone(guest.console.first(
                    rf"connected to \[{ctld.FAR_IPV6}\]:{port}"))
            self._comes_back(guest, self.server)
            self.assertLess(self.ends(guest, "shutdown -p now", (VTNETS_OWN,)), END_LIMIT)
        self.workspace.clear()


if __name__ == "__main__":
    unittest.main()
