"""A second machine, on Debian's kernel: it serves an image by the kernel's own target, LIO, and runs
the commands of a shell that the test gives it (guest/peer-init)."""

import contextlib
import functools
import pathlib

from . import initramfs, machine, orders, packages, programs
from .kernel import Kernel
from .target import NAME
from .workspace import PROJECT

INIT = PROJECT / "tests/vm/guest/peer-init"
MODULES = ("virtio_pci", "virtio_net", "virtio_blk", "target_core_mod", "target_core_file",
           "iscsi_target_mod", "crc32c_generic", "md5", "8021q", "sch_netem", "bridge")
PORT = 3260
READY_LIMIT = 180  # seconds until it serves
ORDER_LIMIT = 60
# Written through, what the target has said is written is on its disk when its machine loses power. With a
# cache LIO says that it has one, and what was flushed is on the disk.
CACHED, WRITTEN_THROUGH = ",fd_buffered_io=1", ""


class Peer:
    """`folder`: a directory of its own, made here; `image`: what it serves, as QEMU's -drive has a
    file; `netdev`: what its eth0 is plugged into."""

    def __init__(self, folder, image, netdev=machine.USER_NETWORK, cache=CACHED):
        folder.mkdir(exist_ok=True)
        kernel = Kernel()
        self._machine = machine.from_kernel(Folder(folder), kernel, _initramfs(cache),
                                            f"{machine.KERNEL_ARGUMENTS} quiet", local_disk=image,
                                            netdev=netdev)
        self._qemu = None

    def add(self, *arguments):
        """Further arguments of QEMU's."""
        self._machine.add(*arguments)

    @contextlib.contextmanager
    def running(self):
        """Serves while the block runs."""
        with self._machine.running() as self._qemu:
            self._machine.console.wait_for("PEER-READY", READY_LIMIT, "the peer's start")
            yield self

    def lose_power(self):
        """At once, and nobody is told."""
        self._qemu.kill()
        self._qemu.wait()

    def order(self, command):
        """It runs a shell's command."""
        console = self._machine.console
        status, said = orders.ask(console, command, ORDER_LIMIT)
        if status != 0:
            raise RuntimeError(f"{command}: {status}{console.tail()}")
        return said

    def ask(self, command):
        """What a command prints."""
        return self.order(f"said=$({command})")


class Folder:
    """A part of a run's directory, for the second machine."""

    def __init__(self, path):
        self.path = path

    def __truediv__(self, name):
        return self.path / name


@functools.cache
def _initramfs(cache):
    kernel = Kernel()
    init = INIT.read_text(encoding="ascii")
    for name, value in (("MODULES", " ".join(MODULES)), ("NAME", NAME), ("CACHE", cache)):
        init = init.replace(f"@{name}@", value)
    files = programs.with_libraries(packages.unpacked_with_libraries("iproute2"), "sbin/tc")
    files |= programs.with_libraries(packages.unpacked("radvd", "libc6"), "usr/sbin/radvd")
    files |= {"bin/busybox": pathlib.Path("/bin/busybox"), "obey": orders.OBEY}
    return initramfs.build({**{path: file.read_bytes() for path, file in files.items()},
                            **kernel.module_files(MODULES), "init": init.encode()})


def fetch():
    """What it is made of, for who has no network later."""
    _initramfs(WRITTEN_THROUGH)
