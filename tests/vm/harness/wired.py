"""Two machines wired together: one boots, the other is its target, its router and its switch."""

import contextlib
import pathlib

from . import initramfs, machine
from .boot import Boot
from .kernel import MODULES, Kernel
from .peer import PORT, Peer
from .several_nics import table
from .target import LUN, NAME
from .workspace import init_binary, isboot_binary


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

    @contextlib.contextmanager
    def running(self, watcher=None):
        peer = Peer(self.workspace / "peer", self.disk.path)
        self._add_wires(peer, "", "on", machine_number=2)
        with peer.running() as self._peer:
            for command in self.prepare:
                self.order(command)
            guest = self._machine(PORT)
            self._add_wires(guest, "peer/", "off", machine_number=1)
            with guest.running(watcher) as qemu:
                self.console = guest.console
                yield qemu

    def order(self, command):
        """The peer runs a shell's command."""
        self._peer.order(command)

    def ask(self, command):
        """What a command prints."""
        return self._peer.ask(command)

    def _machine(self, port):
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                   table(self.pairs))

    def _add_wires(self, one, folder, server, machine_number):
        for wire in range(1, self.wires + 1):
            address = mac(wire) if machine_number == 1 else f"52:54:00:bb:00:0{wire}"
            one.add("-netdev", f"stream,id=wire{wire},server={server},addr.type=unix,"
                               f"addr.path={folder}wire{wire}",
                    "-device", f"virtio-net-pci,netdev=wire{wire},mac={address},romfile=")


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
