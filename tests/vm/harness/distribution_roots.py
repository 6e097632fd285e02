"""What a whole Debian's root can be on, and what the system is given for it."""

import dataclasses
import functools
from collections.abc import Callable

from .disk import ROOT_LABEL, Disk
from .layered_disk import VOLUME, VOLUME_GROUP, LvmDisk, OtherFileSystemDisk


@dataclasses.dataclass(frozen=True)
class Root:
    """`argument`: root= of the kernel's command line; `fstab`: what root's line says behind the mount
    point; `disk`: how it is made; `packages`: what the system has for it."""

    argument: str = f"LABEL={ROOT_LABEL}"
    fstab: str = "ext4 errors=remount-ro 0 1"
    disk: Callable = Disk
    packages: tuple = ()


ROOTS = {
    "ext4": Root(),
    "xfs": Root(fstab="xfs defaults 0 0", packages=("xfsprogs",),
                disk=functools.partial(OtherFileSystemDisk, kind="xfs")),
    "btrfs": Root(fstab="btrfs defaults 0 0", packages=("btrfs-progs",),
                  disk=functools.partial(OtherFileSystemDisk, kind="btrfs")),
    "lvm": Root(f"/dev/mapper/{VOLUME_GROUP}-{VOLUME}", packages=("lvm2",), disk=LvmDisk),
}
