"""From power-on to power-off: the kernel comes from the iSCSI disk, and so does root."""

import unittest

from harness import kernel, process
from harness.boot import BIOS, KERNEL, UEFI, Boot
from harness.workspace import Workspace, isboot_binary

MAX_BYTES = 4_000_000  # for a virtio machine


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

    def test_own_initramfs(self):
        """The one that `isboot initramfs build` writes of Debian's kernel package; it boots, and
        the same command gives the same bytes."""
        workspace = Workspace("boot-own-initramfs-build")
        stock = kernel.Kernel()
        images = []
        for name in ("first", "second"):
            image = workspace.path / name
            process.run(isboot_binary(), "initramfs", "build", "--kernel", stock.version,
                        "--base", stock.tree, "--root-type", "ext4", "--nic-modules",
                        "virtio_net,virtio_pci", "-o", image)
            images.append(image.read_bytes())
        self.assertEqual(images[0], images[1])
        self.assertLessEqual(len(images[0]), MAX_BYTES)
        boot = Boot("boot-own-initramfs", KERNEL, initrd=images[0])
        boot.run()
        boot.check()
        boot.workspace.clear()
        workspace.clear()

    def _boot(self, name, firmware):
        boot = Boot(name, firmware)
        print(f"logs: {boot.workspace.path}")
        boot.run()
        boot.check()
        boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
