"""From power-on to power-off: the kernel comes from the iSCSI disk, and so does root."""

import unittest

from harness.boot import BIOS, KERNEL, UEFI, Boot


class BootFromIscsi(unittest.TestCase):

    def test_bios(self):
        """SeaBIOS, iPXE, GRUB; the table is in low memory."""
        self._boot("boot-bios", BIOS)

    def test_uefi(self):
        """OVMF, iPXE, GRUB; the table is among the ACPI tables."""
        self._boot("boot-uefi", UEFI)

    def test_acpitable(self):
        """No firmware: QEMU loads the kernel and adds a table; the quickest of the three."""
        self._boot("boot-acpitable", KERNEL)

    def _boot(self, name, firmware):
        boot = Boot(name, firmware)
        print(f"logs: {boot.workspace.path}")
        boot.run()
        boot.check()
        boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
