"""What a whole Debian's root can be on, and what the system is given for it."""

import dataclasses
import functools
from collections.abc import Callable

from .disk import ROOT_LABEL, Disk
from .layered_disk import (PASSPHRASE, VOLUME, VOLUME_GROUP, LuksDisk, LvmDisk,
                           OtherFileSystemDisk)


@dataclasses.dataclass(frozen=True)
class Root:
    """`argument`: root= of the kernel's command line; `fstab`: what root's line says behind the mount
    point; `disk`: how it is made; `packages` and `files` (path → text): what the system has for it;
    `passphrase`: what is typed when the machine asks; `generators`: those that it is tried with."""

    argument: str = f"LABEL={ROOT_LABEL}"
    fstab: str = "ext4 errors=remount-ro 0 1"
    disk: Callable = Disk
    packages: tuple = ()
    files: dict = dataclasses.field(default_factory=dict)
    passphrase: str = ""
    generators: tuple = ("initramfs-tools", "dracut")


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
}
