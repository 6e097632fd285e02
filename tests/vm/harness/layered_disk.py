"""A disk whose root is not simply ext4 in a partition: another file system, in a volume of LVM, by
LUKS, or all of that; or that has swap, too. Needs root: file systems are filled by mounting them.
GRUB does not find its way on it, so QEMU loads the kernel."""

import contextlib
import tempfile

from .disk import MIB, ROOT_LABEL, ROOT_START, SECTOR, Disk, Root, make_ext4
from .process import run

VOLUME_GROUP, VOLUME = "isboot", "root"
# LVM's defaults: where a physical volume's data starts, and in what its size is counted.
FIRST_EXTENT_MIB, EXTENT_MIB = 1, 4
# Metadata only: whoever makes the disk has no device mapper.
LVM = ("--config", 'global { activation=0 } backup { backup=0 archive=0 } '
       'devices { use_devicesfile=0 filter=["a|^/dev/loop|","r|.*|"] }')
PASSPHRASE = "correct-horse"
LUKS_UUID = "5f0c7f7e-1e52-4a0c-9d0b-2b9f4c1d7a63"
# Where LUKS's first version has it, as text (LUKS On-Disk Format 1.2.3, "PHDR layout").
LUKS_UUID_AT = 168
LUKS_MIB = 8  # room for LUKS's header and keys
SWAP_LABEL, SWAP_MIB = "isboot-swap", 512
MAKE = {"xfs": ("mkfs.xfs", "-q", "-L"), "btrfs": ("mkfs.btrfs", "-q", "-L")}
CHECK = {"xfs": ("xfs_repair", "-n"), "btrfs": ("btrfs", "check", "--readonly")}


@contextlib.contextmanager
def _device(path, offset, size):
    """A loop device on that part of the file."""
    device = run("losetup", "--find", "--show", "--offset", offset, "--sizelimit", size,
                 path).decode().strip()
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


class Ext4(Root):
    """As disk.Root; filled by mke2fs."""

    def __init__(self, path, start_mib, size_mib):
        super().__init__(path, start_mib * MIB)
        self._start_mib, self._size_mib = start_mib, size_mib

    def fill(self, tree):
        make_ext4(self.path, tree, self._start_mib * MIB, self._size_mib)


class ByTheKernel:
    """The same of another file system, `kind`; of btrfs all of it in `subvolume`, where that is given."""

    def __init__(self, path, start_mib, size_mib, kind, subvolume=""):  # pylint: disable=too-many-arguments
        self._where = (path, start_mib * MIB, size_mib * MIB)
        self._kind, self._subvolume = kind, subvolume

    def fill(self, tree):
        with _device(*self._where) as device:
            run(*MAKE[self._kind], ROOT_LABEL, device)
            with _mounted(device) as where:
                if self._subvolume:
                    run("btrfs", "subvolume", "create", f"{where}/{self._subvolume}")
                run("cp", "-a", f"{tree}/.", f"{where}/{self._subvolume}")

    def check(self):
        with _device(*self._where) as device:
            run(*CHECK[self._kind], device)

    def read(self, path):
        with _device(*self._where) as device, _mounted(device, "-o", "ro") as where:
            return run("cat", f"{where}/{self._subvolume}{path}")


class LayeredDisk(Disk):
    """`kind`: root's file system, `subvolume`: where root is in it; `volume`: it is in a logical volume,
    the first of its physical volume; `locked`: the partition is by LUKS, as QEMU's tools write and read
    it."""

    _SECRET = ("--object", f"secret,id=key,data={PASSPHRASE}")

    # pylint: disable-next=too-many-arguments
    def __init__(self, workspace, tree, root_mib, kind="ext4", volume=False, locked=False, subvolume=""):
        self._kind, self._volume, self._locked, self._subvolume = kind, volume, locked, subvolume
        self._root_mib = root_mib
        super().__init__(workspace, tree, root_mib)

    def _make_root(self, tree, root_mib):
        place = self._place()
        if self._locked:
            with open(place[0], "wb") as image:
                image.truncate(place[2] * MIB)
        if self._volume:
            _make_volume(*place)
        self._file_system(place).fill(tree)
        if self._locked:
            self._lock(place[0])

    def check(self):
        self._file_system(self._unlocked()).check()

    def read(self, path):
        return self._file_system(self._unlocked()).read(path)

    def _place(self):
        """What the partition holds, in the clear: file, start, size."""
        if self._locked:
            return self.path.with_name("plain.img"), 0, self._root_mib - LUKS_MIB
        return self.path, ROOT_START * SECTOR // MIB, self._root_mib

    def _file_system(self, place):
        path, start_mib, size_mib = place
        if self._volume:
            start_mib += FIRST_EXTENT_MIB
            size_mib = (size_mib - FIRST_EXTENT_MIB) // EXTENT_MIB * EXTENT_MIB
        if self._kind == "ext4":
            return Ext4(path, start_mib, size_mib)
        return ByTheKernel(path, start_mib, size_mib, self._kind, self._subvolume)

    def _lock(self, plain):
        locked = self.path.with_name("locked.img")
        # Not QEMU's two seconds for the key: an emulated processor takes many times that.
        run("qemu-img", "convert", "-f", "raw", "-O", "luks", *self._SECRET, "-o",
            "key-secret=key,iter-time=100", plain, locked)
        with open(locked, "r+b") as image:
            image.seek(LUKS_UUID_AT)
            image.write(LUKS_UUID.encode())
        run("dd", f"if={locked}", f"of={self.path}", f"bs={MIB}", f"seek={ROOT_START * SECTOR // MIB}",
            "conv=notrunc", "status=none")
        plain.unlink()
        locked.unlink()

    def _unlocked(self):
        place = self._place()
        if self._locked:
            image = (f"driver=luks,key-secret=key,file.driver=raw,file.offset={ROOT_START * SECTOR},"
                     f"file.size={self._root_mib * MIB},file.file.driver=file,file.file.filename={self.path}")
            run("qemu-img", "convert", *self._SECRET, "--image-opts", image, "-O", "raw", place[0])
        return place


def _make_volume(path, start_mib, size_mib):
    with _device(path, start_mib * MIB, size_mib * MIB) as device:
        run("pvcreate", *LVM, device)
        run("vgcreate", *LVM, VOLUME_GROUP, device)
        run("lvcreate", *LVM, "-an", "-Zn", "-Wn", "-l", "100%FREE", "-n", VOLUME, VOLUME_GROUP)


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
