"""Two machines wired together: one boots, the other is its target, its router and its switch."""

import contextlib
import pathlib

from . import initramfs, machine, packages, programs
from .boot import Boot
from .kernel import MODULES, Kernel
from .several_nics import table
from .target import LUN, NAME
from .workspace import PROJECT, init_binary, isboot_binary

PEER_INIT = PROJECT / "tests/vm/guest/peer-init"
PEER_MODULES = ("virtio_pci", "virtio_net", "virtio_blk", "target_core_mod", "target_core_file",
                "iscsi_target_mod", "crc32c_generic", "8021q", "sch_netem", "bridge")
PORT = 3260
READY_LIMIT = 180  # seconds until the peer serves
ORDER_LIMIT = 60


def mac(wire):
    return f"52:54:00:aa:00:0{wire}"


def pair(number, wire, nic, target):
    """NIC and target of a specification for `isboot ibft build`. Each pair goes by one wire."""
    return ({"valid": True, "boot_selected": True, "index": number, "mac": mac(wire),
             "origin": "manual", **nic},
            {"valid": True, "boot_selected": True, "nic_index": number, "port": PORT,
             "lun_number": LUN, "name": NAME, **target})


class Wired(Boot):
    """`wires`: how many; the first is eth1 on both sides (eth0 is QEMU's own network).
    `prepare`: what the peer does before the machine starts; `pairs`: the table's."""

    wires = 1
    prepare = ()
    pairs = ()

    def __init__(self, *arguments, initrd=None, **options):
        kernel = Kernel()
        initrd = initrd or initramfs.build({"init": init_binary().read_bytes(),
                                            **kernel.module_files((*MODULES, "8021q"))})
        super().__init__(*arguments, initrd=initrd, **options)
        self._peer = None
        self._peer_input = None

    @contextlib.contextmanager
    def running(self, watcher=None):
        self._peer = self._make_peer()
        with self._peer.running() as peer:
            self._peer_input = peer.stdin
            self._peer.console.wait_for("PEER-READY", READY_LIMIT, "the peer's start")
            for command in self.prepare:
                self.order(command)
            guest = self._machine(PORT)
            self._add_wires(guest, "peer/", "off", machine_number=1)
            with guest.running(watcher) as qemu:
                self.console = guest.console
                yield qemu

    def order(self, command):
        """The peer runs a shell's command."""
        self._peer_input.write(command.encode() + b"\n")
        self._peer_input.flush()
        done = self._peer.console.wait_for(r"PEER-DID (\d+)", ORDER_LIMIT, command)
        if done.group(1) != "0":
            raise RuntimeError(f"{command}: {done.group(1)}{self._peer.console.tail()}")

    def ask(self, command):
        """The first line that a command prints."""
        self.order(f"echo PEER-SAYS $({command})")
        said = [text for _, text in self._peer.console.lines if text.startswith("PEER-SAYS ")]
        return said[-1].removeprefix("PEER-SAYS ")

    def _machine(self, port):
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                   table(self.pairs))

    def _make_peer(self):
        folder = pathlib.Path(self.workspace / "peer")
        folder.mkdir()
        peer = machine.from_kernel(_Folder(folder), self._kernel, _peer_initramfs(self._kernel),
                                   f"{machine.KERNEL_ARGUMENTS} quiet", local_disk=self.disk.path)
        self._add_wires(peer, "", "on", machine_number=2)
        return peer

    def _add_wires(self, one, folder, server, machine_number):
        for wire in range(1, self.wires + 1):
            address = mac(wire) if machine_number == 1 else f"52:54:00:bb:00:0{wire}"
            one.add("-netdev", f"stream,id=wire{wire},server={server},addr.type=unix,"
                               f"addr.path={folder}wire{wire}",
                    "-device", f"virtio-net-pci,netdev=wire{wire},mac={address},romfile=")


class _Folder:
    """A part of a run's directory, for the second machine."""

    def __init__(self, path):
        self.path = path

    def __truediv__(self, name):
        return self.path / name


def _peer_initramfs(kernel):
    init = PEER_INIT.read_text(encoding="ascii")
    for name, value in (("MODULES", " ".join(PEER_MODULES)), ("NAME", NAME)):
        init = init.replace(f"@{name}@", value)
    files = programs.with_libraries(packages.unpacked_with_libraries("iproute2"), "sbin/tc")
    files |= programs.with_libraries(packages.unpacked("radvd", "libc6"), "usr/sbin/radvd")
    files["bin/busybox"] = pathlib.Path("/bin/busybox")
    return initramfs.build({**{path: file.read_bytes() for path, file in files.items()},
                            **kernel.module_files(PEER_MODULES), "init": init.encode()})


def bond_initramfs():
    """isboot as the second program: the first makes bond0 of eth1 and eth2."""
    init = """#!/bin/busybox sh
/bin/busybox mkdir -p /bin
/bin/busybox --install -s /bin
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
for module in virtio_pci virtio_net bonding; do modprobe $module; done
[ -e /sys/class/net/bond0 ] || echo +bond0 >/sys/class/net/bonding_masters
echo active-backup >/sys/class/net/bond0/bonding/mode
echo 100 >/sys/class/net/bond0/bonding/miimon
for port in eth1 eth2; do echo +$port >/sys/class/net/bond0/bonding/slaves; done
exec /sbin/init
"""
    return initramfs.build({"init": init.encode(), "sbin/init": isboot_binary().read_bytes(),
                            "bin/busybox": pathlib.Path("/bin/busybox").read_bytes(),
                            **Kernel().module_files((*MODULES, "bonding"))})
