"""What a whole Debian's root can be on, and what the system is given for it."""

import dataclasses
import functools
from collections.abc import Callable

from .disk import ROOT_LABEL, Disk
from .layered_disk import (LUKS_UUID, PASSPHRASE, SWAP_LABEL, VOLUME, VOLUME_GROUP, LayeredDisk,
                           SwapDisk)
from .machine import MEMORY_MIB
from .workspace import PROJECT

# As docs/multipath.md has it: the device's name is its WWID, the same in the initramfs and behind it.
MULTIPATH_FILES = {"etc/multipath.conf": "defaults {\n  find_multipaths yes\n  no_path_retry queue\n}\n"}
MPATHA_FILES = {"etc/multipath.conf":
                (PROJECT / "tests/vm/guest/multipath.conf").read_text(encoding="ascii")}
EXT4 = "ext4 errors=remount-ro 0 1"
# An installer names it, too. Where /etc/fstab has no ESP, systemd 257 waits for one at a name
# that partitions of dm-multipath do not have, and NetworkManager waits, too.
MULTIPATH_ESP = "\n/dev/mapper/mpatha-part2 /boot/efi vfat noauto 0 0"


@dataclasses.dataclass(frozen=True)
class Root:
    """`argument`: root= of the kernel's command line, `more`: further words of that; `fstab`: what
    root's line says behind the mount point, and further lines; `disk`: how it is made; `packages` and
    `files` (path → text): what the system has for it; `passphrase`: what is typed when the machine
    asks; `generators`: those that it is tried with; `with_dracut`: what is otherwise there; `swap`,
    `second_disk`: whether it has such, too; `paths`: NICs, each a way to the disk; `ipxe`: the
    machine starts by BIOS, iPXE and GRUB; `crash`: its kernel dies; `splash`: it has plymouth's picture;
    `shutdown_ramfs`: it ends in dracut's."""

    argument: str = f"LABEL={ROOT_LABEL}"
    more: str = ""
    fstab: str = EXT4
    disk: Callable = Disk
    packages: tuple = ()
    files: dict = dataclasses.field(default_factory=dict)
    passphrase: str = ""
    generators: tuple = ("initramfs-tools", "dracut")
    with_dracut: dict = dataclasses.field(default_factory=dict)
    swap: bool = False
    second_disk: bool = False
    paths: int = 1
    ipxe: bool = False
    crash: bool = False
    splash: bool = False
    shutdown_ramfs: bool = False
    memory_mib: int = MEMORY_MIB

    def by(self, generator, suite):
        """As it is with that generator on that Debian."""
        if generator != "dracut":
            return self
        root = dataclasses.replace(self, **self.with_dracut)
        # Since Debian 13 systemd's part is a package of its own; dracut-core recommends both.
        more = ("systemd-cryptsetup",) if "cryptsetup" in root.packages and suite != "bookworm" else ()
        return dataclasses.replace(root, packages=(*root.packages, *more))


VOLUME_DEVICE = f"/dev/mapper/{VOLUME_GROUP}-{VOLUME}"
# dracut's image of any machine takes more of /run, a fifth of the memory, than 512 MiB have.
RAMFS = {"shutdown_ramfs": True, "memory_mib": 2048}
DRACUT_VOLUME = f"rd.lvm.lv={VOLUME_GROUP}/{VOLUME}"
DRACUT_LUKS = f"rd.luks.name={LUKS_UUID}=crypt"
KEY = "etc/keys/crypt.key"


def _crypttab(key):
    return {"etc/crypttab": f"crypt PARTLABEL={ROOT_LABEL} {key} luks,initramfs\n"}


KEY_FILES = {**_crypttab(f"/{KEY}"), KEY: PASSPHRASE,
             "etc/cryptsetup-initramfs/conf-hook": 'KEYFILE_PATTERN="/etc/keys/*.key"\n',
             "etc/initramfs-tools/conf.d/keys": "UMASK=0077\n"}
DRACUT_KEY_FILES = {**_crypttab(f"/{KEY}"), KEY: PASSPHRASE,
                    "etc/dracut.conf.d/keys.conf": f'install_items+=" /{KEY} "\n'}
LOCKED = Root("/dev/mapper/crypt", packages=("cryptsetup-initramfs",),
              disk=functools.partial(LayeredDisk, locked=True), files=_crypttab("none"),
              passphrase=PASSPHRASE, with_dracut={"more": DRACUT_LUKS, "packages": ("cryptsetup",)})
# Where plymouthd says what it was told, from the initramfs on.
PLYMOUTH_LOG = "/run/plymouth.log"
# kdump-tools makes the initramfs of the crash by mkinitramfs, no other.
KDUMP = Root(packages=("kdump-tools", "makedumpfile"), crash=True,
             generators=("initramfs-tools",), memory_mib=1024)
SWAP = {"fstab": f"{EXT4}\nLABEL={SWAP_LABEL} none swap sw 0 0", "disk": SwapDisk, "swap": True,
        "second_disk": True}
MULTIPATH = Root(packages=("multipath-tools-boot",), files=MULTIPATH_FILES, fstab=EXT4 + MULTIPATH_ESP, paths=2,
                 with_dracut={"argument": "/dev/mapper/mpatha-part3", "files": MPATHA_FILES,
                              "packages": ("multipath-tools",), **RAMFS})
ROOTS = {
    "ext4": Root(),
    "xfs": Root(fstab="xfs defaults 0 0", packages=("xfsprogs",),
                disk=functools.partial(LayeredDisk, kind="xfs")),
    "btrfs": Root(fstab="btrfs defaults 0 0", packages=("btrfs-progs",),
                  disk=functools.partial(LayeredDisk, kind="btrfs")),
    "lvm": Root(VOLUME_DEVICE, packages=("lvm2",), disk=functools.partial(LayeredDisk, volume=True),
                with_dracut={"more": DRACUT_VOLUME, **RAMFS}),
    "luks": LOCKED,
    # As Debian's installer does it ("encrypted LVM"), with another file system.
    "luks-lvm-xfs": dataclasses.replace(
        LOCKED, argument=VOLUME_DEVICE, fstab="xfs defaults 0 0",
        packages=("cryptsetup-initramfs", "lvm2", "xfsprogs"),
        disk=functools.partial(LayeredDisk, kind="xfs", volume=True, locked=True),
        with_dracut={"more": f"{DRACUT_LUKS} {DRACUT_VOLUME}",
                     "packages": ("cryptsetup", "lvm2", "xfsprogs"), **RAMFS}),
    "key-file-btrfs": dataclasses.replace(
        LOCKED, fstab="btrfs defaults 0 0", packages=("cryptsetup-initramfs", "btrfs-progs"),
        disk=functools.partial(LayeredDisk, kind="btrfs", locked=True), files=KEY_FILES, passphrase="",
        with_dracut={"more": f"{DRACUT_LUKS} rd.luks.key={LUKS_UUID}=/{KEY}",
                     "packages": ("cryptsetup", "btrfs-progs"), "files": DRACUT_KEY_FILES}),
    "swap": Root(**SWAP),
    "multipath": MULTIPATH,
    # All that needs no other file system, in one machine.
    "swap-multipath": dataclasses.replace(
        MULTIPATH, **{**SWAP, "fstab": SWAP["fstab"] + MULTIPATH_ESP},
        with_dracut={**MULTIPATH.with_dracut, "memory_mib": 2 * MEMORY_MIB}),
    # The serial line is the test's.
    "plymouth": Root(packages=("plymouth",), splash=True,
                     more=f"quiet splash plymouth.ignore-serial-consoles plymouth.debug=file:{PLYMOUTH_LOG}"),
    # As who comes from it may leave it: its own script in the initramfs is to log in, too.
    "open-iscsi": Root(packages=("open-iscsi",), files={"etc/iscsi/iscsi.initramfs": "ISCSI_AUTO=true\n"},
                       with_dracut={"packages": ("open-iscsi", "dracut-network")}),
    "netboot": Root(files={"etc/initramfs-tools/conf.d/modules": "MODULES=netboot\n"},
                    generators=("initramfs-tools",)),
    "no-systemd": Root(files={"etc/dracut.conf.d/no-systemd.conf":
                              'omit_dracutmodules+=" systemd systemd-initrd dracut-systemd "\n'},
                       generators=("dracut",)),
    "kdump": KDUMP,
    # The firmware's table is in low memory.
    "kdump-ipxe": dataclasses.replace(KDUMP, ipxe=True),
}
