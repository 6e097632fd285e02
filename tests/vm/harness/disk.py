"""A bootable disk without root's rights: GPT, GRUB for BIOS and for UEFI, an ext4 root."""

import pathlib
import shutil
import struct
import subprocess

from .process import run
from .processor import AMD64

SECTOR = 512
MIB = 1024 * 1024
BIOS_START, BIOS_SECTORS = 2048, 2048
ESP_START, ESP_SECTORS = 4096, 34 * 2048
ROOT_START, ROOT_MIB = ESP_START + ESP_SECTORS, 96
ROOT_LABEL = "isboot-root"

ERRORS_CORRECTED = 1  # e2fsck's exit status
GRUB = "/usr/lib/grub"
# Fields that GRUB's installer fills in: in boot.img the sector of core.img, in core.img's first
# sector the sector where the rest of it starts (GRUB 2.06, grub-core/boot/i386/pc).
BOOT_IMG_KERNEL_SECTOR = 0x5C
CORE_IMG_NEXT_SECTOR = 0x1F4
BOOT_CODE_SIZE = 440
FIND_ROOT = f"search --no-floppy --set=root --label {ROOT_LABEL}\nset prefix=($root)/boot/grub\n"
GRUB_MODULES = ("part_gpt", "ext2", "normal", "linux", "echo", "search", "search_label", "test",
                "loadenv", "gzio")


class Root:
    """A root file system: in a file, `offset` bytes from its start."""

    def __init__(self, path, offset=0):
        self.path = path
        self._root = f"{path}?offset={offset}"  # as e2fsprogs take it

    def check(self):
        """Raises unless fsck finds the root file system clean."""
        run("e2fsck", "-fn", self._root)

    def damage(self):
        """A wrong count, and the kernel's word that something is wrong: fsck -a mends both."""
        for request in ("set_super_value free_inodes_count 5", "set_super_value state 2"):
            run("debugfs", "-w", "-R", request, self._root)

    def leave_unclean(self):
        """As a power cut does: whoever mounts it replays its journal first."""
        run("debugfs", "-w", "-R", "feature needs_recovery", self._root)

    def damage_beyond_repair(self, path):
        """The file `path` has no name any more but is there: fsck -a leaves that to a person."""
        for request in (f"unlink {path}", "set_super_value state 2"):
            run("debugfs", "-w", "-R", request, self._root)

    def replay_journal(self):
        """As a boot does after a power cut."""
        # It opens the file a second time then, and forgets the offset (e2fsprogs 1.47.0).
        done = subprocess.run(["e2fsck", "-p", self.path], capture_output=True, check=False)
        if done.returncode > ERRORS_CORRECTED:
            raise AssertionError(f"e2fsck -p: {done.stdout.decode(errors='replace')}")

    def read(self, path):
        """The contents of a file in the root file system."""
        return run("debugfs", "-R", f"cat {path}", self._root)

    def write(self, path, text):
        """A file in the place of the one that is there."""
        file = self.path.with_name("written")
        file.write_text(text, encoding="ascii")
        for request in (f"rm {path}", f"write {file} {path}"):
            run("debugfs", "-w", "-R", request, self._root)


class Disk(Root):
    """The image `path`, made in `workspace` from a directory `tree` that becomes its root."""

    esp_sectors = ESP_SECTORS

    def __init__(self, workspace, tree, root_mib=ROOT_MIB, processor=AMD64):
        super().__init__(workspace / "disk.img", self._root_start * SECTOR)
        with open(self.path, "wb") as image:
            # The GPT's copy is at the end.
            image.truncate(self._root_start * SECTOR + (root_mib + 1) * MIB)
        self._partition(root_mib)
        (workspace / "grub-early.cfg").write_text(FIND_ROOT, encoding="ascii")
        if processor == AMD64:
            self._install_grub_bios(workspace)
        self._install_grub_uefi(workspace, processor)
        self._make_root(tree, root_mib)

    def _make_root(self, tree, root_mib):
        make_ext4(self.path, tree, self._root_start * SECTOR, root_mib)

    def copy_root(self, path):
        """A file with the root file system alone."""
        run("dd", f"if={self.path}", f"of={path}", f"bs={MIB}",
            f"skip={self._root_start * SECTOR // MIB}", "conv=sparse", "status=none")
        return Root(path)

    def _partition(self, root_mib):
        layout = (f"label: gpt\nunit: sectors\n"
                  f"start={BIOS_START}, size={BIOS_SECTORS}, type=21686148-6449-6E6F-744E-656564454649\n"
                  f"start={ESP_START}, size={self.esp_sectors}, type=U\n"
                  f"start={self._root_start}, size={root_mib}MiB, type=L, name={ROOT_LABEL}\n")
        run("sfdisk", "--quiet", "--no-reread", self.path, input=layout.encode())

    def _write(self, offset, data):
        with open(self.path, "r+b") as image:
            image.seek(offset)
            image.write(data)

    def _install_grub_bios(self, workspace):
        core = bytearray(_grub_core(workspace, f"{GRUB}/i386-pc", "biosdisk"))
        assert len(core) <= BIOS_SECTORS * SECTOR, "core.img does not fit its partition"
        struct.pack_into("<Q", core, CORE_IMG_NEXT_SECTOR, BIOS_START + 1)
        with open(f"{GRUB}/i386-pc/boot.img", "rb") as file:
            boot = bytearray(file.read())
        struct.pack_into("<Q", boot, BOOT_IMG_KERNEL_SECTOR, BIOS_START)
        self._write(0, boot[:BOOT_CODE_SIZE])
        self._write(BIOS_START * SECTOR, core)

    def _install_grub_uefi(self, workspace, processor):
        loader = workspace / processor.loader
        loader.write_bytes(_grub_core(workspace, processor.grub_folder(), "efi_gop"))
        run("mformat", "-i", self._esp, "-T", self.esp_sectors, "-h", 255, "-s", 63, "-F", "::")
        run("mmd", "-i", self._esp, "::/EFI", "::/EFI/BOOT")
        self.replace_loader(loader, processor)

    def replace_loader(self, loader, processor=AMD64):
        """From now on UEFI starts the file `loader`."""
        run("mcopy", "-o", "-i", self._esp, loader, f"::/EFI/BOOT/{processor.loader}")

    @property
    def _root_start(self):
        return ESP_START + self.esp_sectors

    @property
    def _esp(self):
        """The partition for it, as mtools take it."""
        return f"{self.path}@@{ESP_START * SECTOR}"


def make_ext4(path, tree, offset, size_mib):
    """A root file system with what is in `tree`, `offset` bytes from the start of the file `path`."""
    # Features that GRUB 2.06 refuses to read are named, for a newer mke2fs.
    run("mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum_seed", "-L", ROOT_LABEL, "-d", tree,
        "-E", f"offset={offset},root_owner=0:0", path, f"{size_mib}m")


def _grub_core(workspace, folder, *modules):
    """Of the modules in `folder`, which has the platform's name."""
    platform = pathlib.PurePath(folder).name
    core = workspace / f"core-{platform}.img"
    run("grub-mkimage", "-O", platform, "-d", folder, "-p", "/boot/grub",
        "-c", workspace / "grub-early.cfg", "-o", core, *GRUB_MODULES, *modules)
    return core.read_bytes()


# pylint: disable-next=too-many-arguments
def root_tree(workspace, kernel, initramfs, init, arguments, files=None, processor=AMD64):
    """The directory that becomes the disk's root: busybox, `init`, and what GRUB loads;
    `files`: path in it → the file to copy."""
    tree = workspace / "root"
    for name in ("bin", "sbin", "proc", "sys", "dev", "run", "tmp", "boot/grub"):
        (tree / name).mkdir(parents=True)
    shutil.copy(processor.busybox(), tree / "bin/busybox")
    for applet in run("/bin/busybox", "--list").decode().split():
        if applet != "busybox":
            (tree / "bin" / applet).symlink_to("/bin/busybox")
    shutil.copy(init, tree / "sbin/init")
    for path, file in (files or {}).items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tree / path)
    install_kernel(tree, kernel, initramfs, arguments)
    return tree


def install_kernel(tree, kernel, initramfs, arguments):
    """What GRUB loads, into the directory that becomes the root."""
    (tree / "boot/grub").mkdir(parents=True, exist_ok=True)
    shutil.copy(kernel.image, tree / "boot/vmlinuz")
    (tree / "boot/initrd.img").write_bytes(initramfs)
    (tree / "boot/grub/grub.cfg").write_text(grub_config(arguments), encoding="ascii")


def grub_config(arguments):
    """GRUB's, which loads what install_kernel() puts there."""
    return ("echo 'GRUB: loading the kernel from this disk'\nset gfxpayload=text\n"
            f"linux /boot/vmlinuz {arguments}\ninitrd /boot/initrd.img\nboot\n")
