"""A machine of 64-bit ARM: UEFI (AAVMF), iPXE, GRUB from the iSCSI disk, Debian's kernel of its kind.

Its programs are those of the preset arm64; scripts/test --foreign.
"""

import contextlib
import json
import unittest

from harness import machine, packages
from harness.boot import UEFI, Boot
from harness.kept_machine import KeptMachine
from harness.processor import ARM64
from harness.relay import Relay

# Debian 12 has iPXE for x86 alone. The package's programs are for other machines than the host.
IPXE = packages.Archive("trixie")


class Arm64Boot(Boot):
    """`relay`: between the machine and its target; it sees a logout."""

    processor = ARM64

    def __init__(self, name, _, *arguments, **options):
        super().__init__(name, UEFI, *arguments, **options)
        self.relay = None

    @contextlib.contextmanager
    def serving(self):
        with super().serving(), contextlib.ExitStack() as life:
            self.relay = Relay(self.target.port)
            life.callback(self.relay.end)
            yield

    def _machine(self, port):
        ipxe = packages.unpacked("ipxe", archive=IPXE) / "usr/lib/ipxe/ipxe-arm64.efi"
        return machine.from_loaded_ipxe(self.workspace, self.relay.port, self.processor, ipxe)


class Arm64(unittest.TestCase):

    def test_boots_and_keeps_its_disk(self):
        """The table is one of ACPI's; the target restarts; the end is a logout."""
        with KeptMachine("arm64", kind=Arm64Boot) as kept:
            self.assertEqual(kept.shell("uname -m"), "aarch64")
            status, said = kept.run("ibft show --json")
            table = json.loads(said)
            self.assertEqual(status, 0, said)
            self.assertEqual(table["targets"][0]["port"], kept.boot.relay.port)
            self.assertTrue(table["checksum_ok"], said)
            self.assertIn("acpi", table["source"])
            kept.away(1)
            self.assertEqual(kept.status()[0]["recoveries"], 1)
            self.assertEqual(kept.boot.relay.logouts, 0)
            kept.power_off()
            self.assertEqual(kept.boot.relay.logouts, 1)
        kept.check()


if __name__ == "__main__":
    unittest.main()
