"""UEFI's own iSCSI initiator boots the machine; its settings are written into the variable store.

One of these is in CI. The others are run by `scripts/test --matrix`.
"""

import unittest

from harness import edk2_ipv6
from harness.edk2 import SECOND_HOST, SECOND_MAC, Edk2Boot
from harness.edk2_settings import ENABLED_FOR_MPIO, Attempt
from harness.machine import HOST, HOST_IPV6, OWN_IPV6
from harness.rewriting import ONLY_MD5

CHAP = ("booter", "not-a-secret-1")
MUTUAL = (*CHAP, "targeter", "not-a-secret-2")
CLOSED = 9  # discard: nothing listens there
NEWER = "trixie"


def static(port, **other):
    return Attempt(port, **{"address": "10.0.2.15", "gateway": HOST, **other})


def second(port, **other):
    return Attempt(port, **{"mac": SECOND_MAC, "address": "10.0.3.15", "target": SECOND_HOST,
                            "gateway": SECOND_HOST, **other})


class BootByEdk2(unittest.TestCase):

    def test_static(self):
        self._boot("static", lambda port: [static(port)])

    def test_dhcp(self):
        self._boot("dhcp", lambda port: [Attempt(port)])

    def test_chap(self):
        self._boot("chap", lambda port: [static(port, chap=CHAP)], chap=CHAP,
                   change=ONLY_MD5)

    def test_mutual(self):
        self._boot("mutual", lambda port: [static(port, chap=MUTUAL)], chap=MUTUAL,
                   change=ONLY_MD5)

    def test_failed_first(self):
        """Only the pair that worked is in the table."""
        self._boot("failed-first", lambda port: [static(CLOSED), second(port)])

    def test_two_nics(self):
        self._boot("two-nics", lambda port: [static(port), second(port)])

    def test_mpio(self):
        """All pairs are in the table, the dead one too."""
        self._boot("mpio", lambda port: [static(port, mode=ENABLED_FOR_MPIO),
                                         second(CLOSED, mode=ENABLED_FOR_MPIO),
                                         second(port, mode=ENABLED_FOR_MPIO)])

    def test_ipv6_automatic(self):
        self._boot("ipv6-automatic", lambda port: [Attempt(port, target=HOST_IPV6)],
                   ipv6=edk2_ipv6.automatic())

    def test_ipv6_manual(self):
        """The link-local address alone leads nowhere here: where it is there first, the firmware connects
        again, from the other one (docs/matrix.md)."""
        self._boot("ipv6-manual", lambda port: [Attempt(port, target=HOST_IPV6, retries=3)],
                   ipv6=edk2_ipv6.manual(OWN_IPV6, 64))

    def test_debian_13(self):
        self._boot("debian-13", lambda port: [static(port)], suite=NEWER)

    def test_debian_13_dhcp_mutual(self):
        self._boot("debian-13-dhcp-mutual", lambda port: [Attempt(port, chap=MUTUAL)], chap=MUTUAL,
                   change=ONLY_MD5, suite=NEWER)

    def test_debian_13_ipv6(self):
        self._boot("debian-13-ipv6", lambda port: [Attempt(port, target=HOST_IPV6)],
                   ipv6=edk2_ipv6.automatic(), suite=NEWER)

    def _boot(self, name, attempts, **options):
        boot = Edk2Boot(f"edk2-{name}", attempts, **options)
        boot.prove()


if __name__ == "__main__":
    unittest.main()
