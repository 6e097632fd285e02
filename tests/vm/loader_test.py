"""GRUB's menu with isboot's own initramfs in it, as distribution/own-initramfs makes it."""

import os
import subprocess
import unittest

from harness import process
from harness.boot import BIOS, Boot
from harness.disk import ROOT_LABEL
from harness.kernel import Kernel
from harness.machine import KERNEL_ARGUMENTS
from harness.workspace import PROJECT, isboot_binary

# In place of grub-mkconfig's library, which asks the running system: GRUB has found the root.
LIBRARY = """
make_system_path_relative_to_its_root() { echo "${1#"$ISBOOT_BASE"}"; }
prepare_grub_to_access_device() { :; }
"""


class LoaderBoot(Boot):
    """The disk's menu has isboot's own initramfs first, and then what it would have without."""

    def change_root(self, tree):
        grub = tree / "boot/grub"
        version = Kernel().version
        (tree / f"boot/vmlinuz-{version}").symlink_to("vmlinuz")
        process.run(isboot_binary(), "initramfs", "build", "--kernel", version, "--base",
                    Kernel().tree, "--root-type", "ext4", "--nic-modules", "virtio_net,virtio_pci",
                    "-o", tree / f"boot/initrd.img-{version}.isboot")
        process.run("grub-editenv", grub / "grubenv", "create")
        theirs = (grub / "grub.cfg").read_text().replace("\nboot\n", "\n")
        (grub / "grub.cfg").write_text(
            f"set timeout=0\nset default=0\nload_env\n{self._entry(tree)}"
            f"menuentry 'the distribution' {{\n{theirs}}}\n", encoding="ascii")

    def _entry(self, tree):
        """What the script of /etc/grub.d writes for this disk."""
        (tree / "etc/isboot").mkdir(parents=True)
        (tree / "etc/isboot/isboot.conf").write_text("OWN_INITRAMFS=first\n", encoding="ascii")
        (self.workspace / "grub-mkconfig_lib").write_text(LIBRARY, encoding="ascii")
        script = self.workspace / "09_isboot"
        script.symlink_to(PROJECT / "distribution/own-initramfs/grub")
        settings = {"pkgdatadir": str(self.workspace.path), "ISBOOT_BASE": str(tree),
                    "GRUB_DEVICE": f"LABEL={ROOT_LABEL}", "GRUB_DEVICE_UUID": "",
                    "GRUB_CMDLINE_LINUX": f"{KERNEL_ARGUMENTS} vm.nonce={self.nonce}"}
        text = subprocess.run([script], env={**os.environ, **settings}, check=True,
                              capture_output=True, text=True).stdout
        return text.replace("\tlinux\t", "\techo 'GRUB: loading the kernel'\n\tlinux\t")


class Loader(unittest.TestCase):

    def test_own_first(self):
        """It boots. The system does not say that it came up, so the next start is by the other."""
        boot = LoaderBoot("loader-own-first", BIOS)
        for own in (True, False):
            boot.run()
            boot.check()
            said = boot.console.first(r"Kernel command line: .*isboot\.initramfs=own")
            self.assertEqual(bool(said), own)
            self.assertIsNone(boot.console.first("isboot: .* parameter "))
        boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
