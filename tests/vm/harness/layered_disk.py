"""A disk whose root is not simply ext4 in a partition: another file system, or in a volume of LVM.
Needs root: file systems are filled by mounting them. GRUB does not find its way on it, so QEMU
loads the kernel."""

import contextlib
import tempfile

from .disk import MIB, ROOT_LABEL, ROOT_START, SECTOR, Disk
from .process import run

VOLUME_GROUP, VOLUME = "isboot", "root"
# LVM's defaults: where a physical volume's data starts, and in what its size is counted.
FIRST_EXTENT, EXTENT_MIB = MIB, 4
# Metadata only: whoever makes the disk has no device mapper.
LVM = ("--config", 'global { activation=0 } backup { backup=0 archive=0 } '
       'devices { use_devicesfile=0 filter=["a|^/dev/loop|","r|.*|"] }')
MAKE = {"xfs": ("mkfs.xfs", "-q", "-L"), "btrfs": ("mkfs.btrfs", "-q", "-L")}
CHECK = {"xfs": ("xfs_repair", "-n"), "btrfs": ("btrfs", "check", "--readonly")}


@contextlib.contextmanager
def _device(path, offset, size=None):
    """A loop device on that part of the file."""
    part = ["--offset", offset] + (["--sizelimit", size] if size else [])
    device = run("losetup", "--find", "--show", *part, path).decode().strip()
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


@contextlib.contextmanager
def _mounted(device, *options):
    with tempfile.TemporaryDirectory() as where:
        run("mount", *options, device, where)
        try:
            yield where
        finally:
            run("umount", where)


class OtherFileSystemDisk(Disk):
    """Root is `kind`: xfs, btrfs."""

    def __init__(self, workspace, tree, root_mib, kind):
        self._kind = kind
        super().__init__(workspace, tree, root_mib)

    def _make_root(self, tree, root_mib):
        with self._root_device(root_mib) as device:
            run(*MAKE[self._kind], ROOT_LABEL, device)
            with _mounted(device) as where:
                run("cp", "-a", f"{tree}/.", where)

    def check(self):
        with self._root_device() as device:
            run(*CHECK[self._kind], device)

    def read(self, path):
        with self._root_device() as device, _mounted(device, "-o", "ro") as where:
            return run("cat", f"{where}{path}")

    def _root_device(self, root_mib=None):
        return _device(self.path, ROOT_START * SECTOR, root_mib and root_mib * MIB)


class LvmDisk(Disk):
    """Root is ext4 in a logical volume, the first of its physical volume."""

    def __init__(self, workspace, tree, root_mib):
        super().__init__(workspace, tree, root_mib)
        self._root = f"{self.path}?offset={ROOT_START * SECTOR + FIRST_EXTENT}"

    def _make_root(self, tree, root_mib):
        with _device(self.path, ROOT_START * SECTOR, root_mib * MIB) as device:
            run("pvcreate", *LVM, device)
            run("vgcreate", *LVM, VOLUME_GROUP, device)
            run("lvcreate", *LVM, "-an", "-Zn", "-Wn", "-l", "100%FREE", "-n", VOLUME, VOLUME_GROUP)
        size_mib = (root_mib - FIRST_EXTENT // MIB) // EXTENT_MIB * EXTENT_MIB
        self._make_ext4(tree, ROOT_START * SECTOR + FIRST_EXTENT, size_mib)
