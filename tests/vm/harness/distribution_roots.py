"""What a whole Debian's root can be on, and what the system is given for it."""

import dataclasses
import functools
from collections.abc import Callable

from .disk import ROOT_LABEL, Disk
from .layered_disk import (PASSPHRASE, SWAP_LABEL, VOLUME, VOLUME_GROUP, LuksDisk, LvmDisk,
                           OtherFileSystemDisk, SwapDisk)
from .machine import MEMORY_MIB
from .workspace import PROJECT

MULTIPATH_CONF = PROJECT / "tests/vm/guest/multipath.conf"
EXT4 = "ext4 errors=remount-ro 0 1"


@dataclasses.dataclass(frozen=True)
class Root:
    """`argument`: root= of the kernel's command line, `more`: further words of that; `fstab`: what
    root's line says behind the mount point, and further lines; `disk`: how it is made; `packages` and
    `files` (path → text): what the system has for it; `passphrase`: what is typed when the machine
    asks; `generators`: those that it is tried with; `swap`, `second_disk`: whether it has such, too;
    `paths`: NICs, each a way to the disk; `ipxe`: the machine starts by BIOS, iPXE and GRUB; `crash`:
    its kernel dies."""

    argument: str = f"LABEL={ROOT_LABEL}"
    more: str = ""
    fstab: str = EXT4
    disk: Callable = Disk
    packages: tuple = ()
    files: dict = dataclasses.field(default_factory=dict)
    passphrase: str = ""
    generators: tuple = ("initramfs-tools", "dracut")
    swap: bool = False
    second_disk: bool = False
    paths: int = 1
    ipxe: bool = False
    crash: bool = False
    memory_mib: int = MEMORY_MIB


# kdump-tools makes the initramfs of the crash by mkinitramfs, no other.
KDUMP = Root(more="crashkernel=256M", packages=("kdump-tools", "makedumpfile"), crash=True,
             generators=("initramfs-tools",), memory_mib=1024)
ROOTS = {
    "ext4": Root(),
    "xfs": Root(fstab="xfs defaults 0 0", packages=("xfsprogs",),
                disk=functools.partial(OtherFileSystemDisk, kind="xfs")),
    "btrfs": Root(fstab="btrfs defaults 0 0", packages=("btrfs-progs",),
                  disk=functools.partial(OtherFileSystemDisk, kind="btrfs")),
    "lvm": Root(f"/dev/mapper/{VOLUME_GROUP}-{VOLUME}", packages=("lvm2",), disk=LvmDisk),
    "luks": Root("/dev/mapper/root", packages=("cryptsetup-initramfs",), disk=LuksDisk,
                 files={"etc/crypttab": f"root PARTLABEL={ROOT_LABEL} none luks,initramfs\n"},
                 passphrase=PASSPHRASE, generators=("initramfs-tools",)),
    "swap": Root(fstab=f"{EXT4}\nLABEL={SWAP_LABEL} none swap sw 0 0", disk=SwapDisk, swap=True,
                 second_disk=True),
    "multipath": Root("/dev/mapper/mpatha-part3", packages=("multipath-tools-boot",),
                      files={"etc/multipath.conf": MULTIPATH_CONF.read_text(encoding="ascii")},
                      generators=("initramfs-tools",), paths=2),
    "kdump": KDUMP,
    # The firmware's table is in low memory.
    "kdump-ipxe": dataclasses.replace(KDUMP, ipxe=True),
}
