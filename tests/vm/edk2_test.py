"""UEFI's own iSCSI initiator boots the machine; its settings are written into the variable store.

One of these is in CI. The others are run by `scripts/test --matrix`.
"""

import unittest

from harness import edk2_ipv6
from harness.edk2 import LONELY_MAC, SECOND_HOST, SECOND_MAC, Edk2Boot
from harness.edk2_settings import ENABLED_FOR_MPIO, Attempt
from harness.machine import HOST, HOST_IPV6, OWN_IPV6
from harness.rewriting import ONLY_MD5

CHAP = ("booter", "not-a-secret-1")
MUTUAL = (*CHAP, "targeter", "not-a-secret-2")
CLOSED = 9  # discard: nothing listens there
NEWER = "trixie"
# The machine's addresses; those of IPv6 are made of its MAC.
FIRST, SECOND = "10.0.2.15", "10.0.3.15"
LINK_LOCAL, ADVERTISED = "fe80::5054:ff:fe12:3456", "fec0::5054:ff:fe12:3456"


def static(port, **other):
    return Attempt(port, **{"address": FIRST, "gateway": HOST, **other})


def second(port, **other):
    return Attempt(port, **{"mac": SECOND_MAC, "address": SECOND, "target": SECOND_HOST,
                            "gateway": SECOND_HOST, **other})


def nics_of(name, attempts, **options):
    """Boots; returns the address of each pair that is in the firmware's table."""
    boot = Edk2Boot(f"edk2-{name}", attempts, **options)
    boot.prove()
    addresses = {nic["index"]: nic["address"] for nic in boot.table["nics"]}
    return [addresses[target["nic_index"]] for target in boot.table["targets"]]


class BootByEdk2(unittest.TestCase):

    def test_static(self):
        self.assertEqual(nics_of("static", lambda port: [static(port)]), [FIRST])

    def test_dhcp(self):
        self.assertEqual(nics_of("dhcp", lambda port: [Attempt(port)]), [FIRST])

    def test_chap(self):
        self.assertEqual(nics_of("chap", lambda port: [static(port, chap=CHAP)], chap=CHAP,
                                 change=ONLY_MD5), [FIRST])

    def test_mutual(self):
        self.assertEqual(nics_of("mutual", lambda port: [static(port, chap=MUTUAL)], chap=MUTUAL,
                                 change=ONLY_MD5), [FIRST])

    def test_failed_first(self):
        """Only the pair that worked is in the table."""
        self.assertEqual(nics_of("failed-first", lambda port: [static(CLOSED), second(port)]), [SECOND])

    def test_two_nics(self):
        """Both work, and both are in the table."""
        self.assertEqual(nics_of("two-nics", lambda port: [static(port), second(port)]), [FIRST, SECOND])

    def test_mpio(self):
        """All pairs are in the table, the dead one too, which never got an address."""
        self._three_paths("mpio", Attempt(CLOSED, mac=LONELY_MAC, mode=ENABLED_FOR_MPIO))

    def test_mpio_dead_ipv6(self):
        """The same of a path by IPv6: the address that it has not is an IPv6 one, all zeros."""
        self._three_paths("mpio-dead-ipv6", Attempt(CLOSED, target=HOST_IPV6, mac=SECOND_MAC,
                                                    mode=ENABLED_FOR_MPIO))

    def test_ipv6_automatic(self):
        """It connects from the address that is there first."""
        self._router_advertises("ipv6-automatic")

    def test_ipv6_manual(self):
        """The link-local address alone leads nowhere here: where it is there first, the firmware connects
        again, from the other one (docs/matrix.md)."""
        self.assertEqual(nics_of("ipv6-manual", lambda port: [Attempt(port, target=HOST_IPV6, retries=3)],
                                 ipv6=edk2_ipv6.manual(OWN_IPV6, 64)), [OWN_IPV6])

    def test_debian_13(self):
        self.assertEqual(nics_of("debian-13", lambda port: [static(port)], suite=NEWER), [FIRST])

    def test_debian_13_dhcp_mutual(self):
        self.assertEqual(nics_of("debian-13-dhcp-mutual", lambda port: [Attempt(port, chap=MUTUAL)],
                                 chap=MUTUAL, change=ONLY_MD5, suite=NEWER), [FIRST])

    def test_debian_13_ipv6(self):
        self._router_advertises("debian-13-ipv6", suite=NEWER)

    def _router_advertises(self, name, **options):
        [address] = nics_of(name, lambda port: [Attempt(port, target=HOST_IPV6)],
                            ipv6=edk2_ipv6.automatic(), **options)
        self.assertIn(address, (LINK_LOCAL, ADVERTISED))

    def _three_paths(self, name, dead):
        self.assertEqual(nics_of(name, lambda port: [
            static(port, mode=ENABLED_FOR_MPIO), dead, second(port, mode=ENABLED_FOR_MPIO)]),
            [FIRST, None, SECOND])


if __name__ == "__main__":
    unittest.main()
