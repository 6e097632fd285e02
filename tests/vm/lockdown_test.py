"""A kernel that is locked down, as Secure Boot does it: only signed modules, and no /dev/mem."""

import unittest

from harness.boot import BIOS, UEFI, Boot
from harness.edk2 import Edk2Boot
from harness.edk2_settings import Attempt
from harness.rewriting import ONLY_MD5
from harness.target import CHAP


class Lockdown(unittest.TestCase):

    def test_integrity_bios(self):
        """The table is in low memory, which only the kernel's own module may read."""
        self._boot(Boot, "integrity-bios", BIOS, arguments="lockdown=integrity")

    def test_confidentiality_uefi(self):
        self._boot(Boot, "confidentiality-uefi", UEFI, arguments="lockdown=confidentiality")

    def test_confidentiality_bios(self):
        self._boot(Boot, "confidentiality-bios", BIOS, arguments="lockdown=confidentiality")

    def test_confidentiality_edk2(self):
        """The table has secrets."""
        self._boot(Edk2Boot, "confidentiality-edk2", lambda port: [Attempt(port, chap=CHAP)], chap=CHAP,
                   change=ONLY_MD5, arguments="lockdown=confidentiality")

    def _boot(self, kind, name, *what, **options):
        said = kind(f"lockdown-{name}", *what, **options).prove()
        self.assertIn("Kernel is locked down from command line", said)


if __name__ == "__main__":
    unittest.main()
