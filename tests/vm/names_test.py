"""The disk's server has a name: the programs of initramfs look it up, the keeper does not."""

import os
import socket
import sys
import unittest

from harness import ibft_table, machine, private_network
from harness.boot import Boot
from harness.kept_machine import KeptMachine
from harness.target import LUN, NAME
from harness.workspace import PROJECT

sys.path.append(str(PROJECT / "tests/targets"))
import scripted_dns as dns  # noqa: E402  pylint: disable=wrong-import-position

SERVER = "storage.example"
CLOSED = 9  # discard: where the table leads
PRIMARY_DNS = 0xa0 + 40  # of the fixture's NIC (iBFT 1.03)
UNANSWERED = 3  # questions, before the DNS server comes up


def late(query, is_tcp):
    """As after a power loss: the name server comes last."""
    late.asked += 1
    return dns.silent(query, is_tcp) if late.asked <= UNANSWERED else known(query, is_tcp)


late.asked = 0
known = dns.addresses(machine.HOST)


class NamedServer(Boot):
    """The table has the NIC and its DNS server; the command line has the target, by name."""

    def _machine(self, port):
        server = bytes(10) + b"\xff\xff" + socket.inet_aton(machine.HOST)
        table = ibft_table.leading_to(CLOSED, NAME, machine.INITIATOR, [(PRIMARY_DNS, server)])
        words = f"{self._arguments} isboot.url=iscsi:{SERVER}::{port}:{LUN}:{NAME}"
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, words, table)


@unittest.skipUnless(os.geteuid() == 0, "needs root: a DNS server has port 53")
class ServerByName(unittest.TestCase):

    def test_server_by_name(self):
        kept = KeptMachine("names", kind=NamedServer)
        private_network.enter_loopback()
        with dns.serving(late) as server:
            kept.__enter__()
            self.addCleanup(kept.__exit__, None, None, None)
        self.assertEqual({name for name, _, _ in server.asked}, {SERVER})
        self.assertGreater(len(server.asked), UNANSWERED)
        said = [text for _, text in kept.boot.console.lines if SERVER in text]
        self.assertTrue(any(machine.HOST in text for text in said), said)
        # No DNS server is there any more.
        kept.away(1)
        kept.kill_keeper()
        kept.away(1)
        self.assertEqual(kept.status()[0]["portal"], f"{machine.HOST}:{kept.boot.target.port}")
        facts = kept.facts()
        print(f"locked: {facts['locked_kib']} KiB; with guard and errands: {facts['all_kib']} KiB")
        kept.power_off()
        kept.check()


if __name__ == "__main__":
    unittest.main()
