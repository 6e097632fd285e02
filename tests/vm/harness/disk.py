"""A bootable disk without root's rights: GPT, GRUB for BIOS and for UEFI, an ext4 root."""

import shutil
import struct

from .process import run

SECTOR = 512
MIB = 1024 * 1024
BIOS_START, BIOS_SECTORS = 2048, 2048
ESP_START, ESP_SECTORS = 4096, 34 * 2048
ROOT_START, ROOT_SECTORS = ESP_START + ESP_SECTORS, 96 * 2048
DISK_SIZE = (ROOT_START + ROOT_SECTORS) * SECTOR + MIB  # the GPT's copy is at the end
ROOT_LABEL = "isboot-root"

GRUB = "/usr/lib/grub"
# Fields that GRUB's installer fills in: in boot.img the sector of core.img, in core.img's first
# sector the sector where the rest of it starts (GRUB 2.06, grub-core/boot/i386/pc).
BOOT_IMG_KERNEL_SECTOR = 0x5C
CORE_IMG_NEXT_SECTOR = 0x1F4
BOOT_CODE_SIZE = 440
FIND_ROOT = f"search --no-floppy --set=root --label {ROOT_LABEL}\nset prefix=($root)/boot/grub\n"
GRUB_MODULES = ("part_gpt", "ext2", "normal", "linux", "echo", "search", "search_label", "test")


class Disk:
    """The image `path`, made in `workspace` from a directory `tree` that becomes its root."""

    def __init__(self, workspace, tree):
        self.path = workspace / "disk.img"
        self._root = f"{self.path}?offset={ROOT_START * SECTOR}"  # as e2fsprogs take it
        with open(self.path, "wb") as image:
            image.truncate(DISK_SIZE)
        self._partition()
        (workspace / "grub-early.cfg").write_text(FIND_ROOT, encoding="ascii")
        self._install_grub_bios(workspace)
        self._install_grub_uefi(workspace)
        # Features that GRUB 2.06 refuses to read are named, for a newer mke2fs.
        run("mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum_seed", "-L", ROOT_LABEL, "-d", tree,
            "-E", f"offset={ROOT_START * SECTOR},root_owner=0:0", self.path, f"{ROOT_SECTORS // 2}k")

    def check(self):
        """Raises unless fsck finds the root file system clean."""
        run("e2fsck", "-fn", self._root)

    def read(self, path):
        """The contents of a file in the root file system."""
        return run("debugfs", "-R", f"cat {path}", self._root)

    def _partition(self):
        layout = (f"label: gpt\nunit: sectors\n"
                  f"start={BIOS_START}, size={BIOS_SECTORS}, type=21686148-6449-6E6F-744E-656564454649\n"
                  f"start={ESP_START}, size={ESP_SECTORS}, type=U\n"
                  f"start={ROOT_START}, size={ROOT_SECTORS}, type=L, name={ROOT_LABEL}\n")
        run("sfdisk", "--quiet", "--no-reread", self.path, input=layout.encode())

    def _write(self, offset, data):
        with open(self.path, "r+b") as image:
            image.seek(offset)
            image.write(data)

    def _install_grub_bios(self, workspace):
        core = bytearray(_grub_core(workspace, "i386-pc", "biosdisk"))
        assert len(core) <= BIOS_SECTORS * SECTOR, "core.img does not fit its partition"
        struct.pack_into("<Q", core, CORE_IMG_NEXT_SECTOR, BIOS_START + 1)
        with open(f"{GRUB}/i386-pc/boot.img", "rb") as file:
            boot = bytearray(file.read())
        struct.pack_into("<Q", boot, BOOT_IMG_KERNEL_SECTOR, BIOS_START)
        self._write(0, boot[:BOOT_CODE_SIZE])
        self._write(BIOS_START * SECTOR, core)

    def _install_grub_uefi(self, workspace):
        (workspace / "BOOTX64.EFI").write_bytes(_grub_core(workspace, "x86_64-efi", "efi_gop"))
        esp = f"{self.path}@@{ESP_START * SECTOR}"
        run("mformat", "-i", esp, "-T", ESP_SECTORS, "-h", 255, "-s", 63, "-F", "::")
        run("mmd", "-i", esp, "::/EFI", "::/EFI/BOOT")
        run("mcopy", "-i", esp, workspace / "BOOTX64.EFI", "::/EFI/BOOT/BOOTX64.EFI")


def _grub_core(workspace, platform, *modules):
    core = workspace / f"core-{platform}.img"
    run("grub-mkimage", "-O", platform, "-d", f"{GRUB}/{platform}", "-p", "/boot/grub",
        "-c", workspace / "grub-early.cfg", "-o", core, *GRUB_MODULES, *modules)
    return core.read_bytes()


def root_tree(workspace, kernel, initramfs, init, arguments, programs=None):
    """The directory that becomes the disk's root: busybox, `init`, and what GRUB loads;
    `programs`: name in its /sbin → file."""
    tree = workspace / "root"
    for name in ("bin", "sbin", "proc", "sys", "dev", "run", "tmp", "boot/grub"):
        (tree / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", tree / "bin/busybox")
    for applet in run("/bin/busybox", "--list").decode().split():
        if applet != "busybox":
            (tree / "bin" / applet).symlink_to("/bin/busybox")
    shutil.copy(init, tree / "sbin/init")
    for name, file in (programs or {}).items():
        shutil.copy(file, tree / "sbin" / name)
    shutil.copy(kernel.image, tree / "boot/vmlinuz")
    (tree / "boot/initrd.img").write_bytes(initramfs)
    (tree / "boot/grub/grub.cfg").write_text(
        f"echo 'GRUB: loading the kernel from this disk'\nset gfxpayload=text\n"
        f"linux /boot/vmlinuz {arguments}\ninitrd /boot/initrd.img\nboot\n", encoding="ascii")
    return tree
