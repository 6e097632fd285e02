"""A disk whose root is not simply ext4 in a partition: another file system, in a volume of LVM, by
LUKS; or that has swap, too. Needs root: file systems are filled by mounting them. GRUB does not
find its way on it, so QEMU loads the kernel."""

import contextlib
import tempfile

from .disk import MIB, ROOT_LABEL, ROOT_START, SECTOR, Disk, Root
from .process import run

VOLUME_GROUP, VOLUME = "isboot", "root"
# LVM's defaults: where a physical volume's data starts, and in what its size is counted.
FIRST_EXTENT, EXTENT_MIB = MIB, 4
# Metadata only: whoever makes the disk has no device mapper.
LVM = ("--config", 'global { activation=0 } backup { backup=0 archive=0 } '
       'devices { use_devicesfile=0 filter=["a|^/dev/loop|","r|.*|"] }')
PASSPHRASE = "correct-horse"
SWAP_LABEL, SWAP_MIB = "isboot-swap", 512
LUKS_MIB = 8  # room for LUKS's header and keys
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


class LuksDisk(Disk):
    """Root is ext4 in the partition by LUKS, as QEMU's tools write and read it."""

    _SECRET = ("--object", f"secret,id=key,data={PASSPHRASE}")

    def __init__(self, workspace, tree, root_mib):
        self._size = root_mib * MIB
        super().__init__(workspace, tree, root_mib)

    def _make_root(self, tree, root_mib):
        plain, locked = (self.path.with_name(name) for name in ("plain.img", "locked.img"))
        run("mke2fs", "-q", "-t", "ext4", "-L", ROOT_LABEL, "-d", tree, "-E", "root_owner=0:0", plain,
            f"{root_mib - LUKS_MIB}m")
        # Not QEMU's two seconds for the key: an emulated processor takes many times that.
        run("qemu-img", "convert", "-f", "raw", "-O", "luks", *self._SECRET, "-o",
            "key-secret=key,iter-time=100", plain, locked)
        run("dd", f"if={locked}", f"of={self.path}", f"bs={MIB}", f"seek={ROOT_START * SECTOR // MIB}",
            "conv=notrunc", "status=none")
        plain.unlink()
        locked.unlink()

    def check(self):
        self._opened().check()

    def read(self, path):
        return self._opened().read(path)

    def _opened(self):
        plain = self.path.with_name("plain.img")
        image = (f"driver=luks,key-secret=key,file.driver=raw,file.offset={ROOT_START * SECTOR},"
                 f"file.size={self._size},file.file.driver=file,file.file.filename={self.path}")
        run("qemu-img", "convert", *self._SECRET, "--image-opts", image, "-O", "raw", plain)
        return Root(plain)


class SwapDisk(Disk):
    """With a partition for swap behind root's."""

    def __init__(self, workspace, tree, root_mib):
        super().__init__(workspace, tree, root_mib)
        start = ROOT_START * SECTOR + root_mib * MIB
        with open(self.path, "r+b") as image:
            image.truncate(start + (SWAP_MIB + 1) * MIB)
        run("sfdisk", "--quiet", "--no-reread", "--relocate", "gpt-bak-std", self.path)
        run("sfdisk", "--quiet", "--no-reread", "--append", self.path,
            input=f"start={start // SECTOR}, size={SWAP_MIB}MiB, type=S\n".encode())
        with _device(self.path, start, SWAP_MIB * MIB) as device:
            run("mkswap", "-q", "-L", SWAP_LABEL, device)
