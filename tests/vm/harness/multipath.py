"""Debian's multipath-tools and udev in an initramfs, which becomes the machine's first system:
root is mounted from the multipath device."""

from . import console, initramfs, packages, programs
from .kernel import MODULES, Kernel
from .several_nics import SeveralNics
from .workspace import PROJECT, isboot_binary

PACKAGES = ("multipath-tools", "kpartx", "udev", "dmsetup", "libdevmapper1.02.1", "libaio1",
            "libedit2", "libjson-c5", "libsystemd0", "libudev1", "liburcu8", "libkmod2",
            "libblkid1", "libacl1", "libselinux1", "libcap2", "libpcre2-8-0", "libbsd0", "libmd0",
            "libtinfo6", "libgcrypt20", "libgpg-error0", "liblz4-1", "liblzma5", "libzstd1",
            "libssl3", "libc6", "libgcc-s1", "libmount1", "libreadline8")
PROGRAMS = ("sbin/multipath", "sbin/multipathd", "sbin/kpartx", "sbin/dmsetup", "bin/udevadm",
            # The C library loads this one when a thread is to end.
            "lib/x86_64-linux-gnu/libgcc_s.so.1", "lib/udev/scsi_id",
            "lib/multipath/libchecktur.so",
            "lib/multipath/libcheckdirectio.so", "lib/multipath/libprioconst.so",
            "lib/multipath/libpriosysfs.so", "lib/multipath/libprioalua.so",
            "lib/multipath/libprioiet.so")
RULES = ("55-dm", "56-dm-mpath", "56-dm-parts", "60-kpartx", "60-multipath", "60-block",
         "60-persistent-storage", "60-persistent-storage-dm", "95-dm-notify")
KERNEL_MODULES = (*MODULES, "dm_mod", "dm_multipath", "dm_service_time", "scsi_dh_alua")
GUEST = PROJECT / "tests/vm/guest"
# Of a path's own disk dm-multipath tells nobody.
ERRORS = console.ERRORS.replace("I/O error", "I/O error, dev dm-|Buffer I/O error on dev dm-")
PING = "isboot.ping=2,3"
MAP = "mpatha"
# The system's own root has no multipath-tools. udev lives as long as the initramfs's programs are wanted.
OF_INITRAMFS = "busybox chroot /proc/$(pidof systemd-udevd | cut -d ' ' -f 1)/root"


def paths_that(state):
    """For the machine's shell: how many paths dm-multipath uses ("A"), or has failed ("F")."""
    return f"{OF_INITRAMFS} dmsetup status {MAP} | grep -o '8:[0-9]* {state}' | wc -l"


class Multipath(SeveralNics):
    """Two NICs, two portals of one target; the root file system is on the multipath device."""

    def __init__(self, name, firmware, arguments="", **options):
        super().__init__(name, firmware, arguments, initrd=initramfs_of(Kernel()), **options)


def initramfs_of(kernel):
    tree = packages.unpacked(*PACKAGES)
    found = programs.with_libraries(tree, *PROGRAMS)
    files = {path: file.read_bytes() for path, file in found.items()}
    for rule in RULES:
        path = f"lib/udev/rules.d/{rule}.rules"
        files[path] = (tree / path).read_bytes()
    files |= kernel.module_files(KERNEL_MODULES)
    files |= {"init": (GUEST / "multipath-init").read_bytes(),
              "bin/busybox": _busybox(), "sbin/isboot": isboot_binary().read_bytes(),
              "etc/multipath.conf": (GUEST / "multipath.conf").read_bytes()}
    return initramfs.build(files, directories=(*initramfs.DIRECTORIES, "tmp", "etc"),
                           links={"lib/systemd/systemd-udevd": "/bin/udevadm",
                                  "bin/sh": "busybox"})


def _busybox():
    with open("/bin/busybox", "rb") as file:
        return file.read()
