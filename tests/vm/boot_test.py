"""From power-on to power-off: the kernel comes from the iSCSI disk, and so does root."""

import os
import unittest

from harness import initramfs, kernel, machine, packages, process
from harness.boot import BIOS, KERNEL, POWER_OFF_LIMIT, START_LIMIT, UEFI, Boot
from harness.layered_disk import LayeredDisk
from harness.workspace import Workspace, isboot_binary

MAX_BYTES = 4_000_000  # for a virtio machine
SUBVOLUME = "@rootfs"  # as Debian's installer calls it


class SubvolumeBoot(Boot):

    def make_disk(self, tree, root_mib):
        return LayeredDisk(self.workspace, tree, root_mib, "btrfs", subvolume=SUBVOLUME)


def _own_initramfs(name, root_type):
    """As `isboot initramfs build` writes it of Debian's kernel package."""
    workspace = Workspace(f"boot-own-initramfs-{name}")
    stock = kernel.Kernel()
    image = workspace.path / "image"
    process.run(isboot_binary(), "initramfs", "build", "--kernel", stock.version, "--base", stock.tree,
                "--root-type", root_type, "--nic-modules", "virtio_net,virtio_pci", "-o", image)
    content = image.read_bytes()
    workspace.clear()
    return content


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
        images = [_own_initramfs(name, "ext4") for name in ("first", "second")]
        self.assertEqual(images[0], images[1])
        self.assertLessEqual(len(images[0]), MAX_BYTES)
        self._repair(images[0])

    @unittest.skipIf(os.geteuid() != 0, "needs root: fills a btrfs by mounting it")
    def test_subvolume(self):
        """Root is a subvolume of btrfs, by isboot's own initramfs."""
        SubvolumeBoot("boot-subvolume", KERNEL, f"rootfstype=btrfs rootflags=subvol={SUBVOLUME}",
                      initrd=_own_initramfs("subvolume", "btrfs"), root_mib=256).prove()

    def _repair(self, image):
        """Root is to be writable and has an error: the system's own fsck mends that first, and the
        machine restarts, because root was mounted meanwhile. Then it has one that fsck leaves to a
        person, at a prompt; and boots, over another prompt."""
        checker = packages.unpacked("e2fsck-static") / "sbin/e2fsck.static"
        # As if this machine's NIC were called so: the names come from where it was built.
        names = initramfs.build({"etc/isboot/nic-names": f"{machine.MAC} enp0s2\n".encode()}, directories=())
        boot = Boot("boot-own-initramfs", KERNEL, initrd=image + names,
                    files={"sbin/fsck.ext4": checker, "orphan": checker},
                    arguments="rw resume=/dev/none rd.break panic=0")
        boot.disk.damage()
        with boot.running() as qemu:
            boot.console.wait_for("resume= is left alone", START_LIMIT, "a word on resume=")
            boot.console.wait_for("enp0s2 up, 10.0.2.15/24", START_LIMIT, "the NIC by its name")
            boot.console.wait_for("sda3 was repaired; the machine restarts", START_LIMIT, "fsck")
            self.assertEqual(qemu.wait(POWER_OFF_LIMIT), 0)  # QEMU does not start again
        boot.disk.damage_beyond_repair("/orphan")
        with boot.running() as qemu:
            boot.console.wait_for("sda3 has errors that its check does not repair; next: fsck /dev/sda3",
                                  START_LIMIT, "fsck's errors")
            self._at_prompt(boot, qemu, b"fsck.ext4 -y /dev/sda3; exit\n")
            self._at_prompt(boot, qemu, b"test -e /run/initramfs/fsck-root && exit\n")
            boot.wait_for_system()
            boot.wait_for_power_off(qemu)
        boot.check()
        boot.workspace.clear()

    def _at_prompt(self, boot, qemu, command):
        # The last line of the kernel's log before a wait is seen at once.
        boot.console.wait_for("a shell of the root file system follows", START_LIMIT, "a prompt")
        qemu.stdin.write(command)
        qemu.stdin.flush()

    def _boot(self, name, firmware):
        boot = Boot(name, firmware)
        boot.prove()


if __name__ == "__main__":
    unittest.main()
