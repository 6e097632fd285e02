"""One row of the matrix: a machine put together of one value of each axis."""

import contextlib
import ipaddress
import struct

from . import (console, covering, edk2_settings, ibft_table, initramfs, lio, machine, other_targets, packages,
               peer, private_network, rewriting, target, vlan_switch)
from .boot import BIOS, KERNEL, UEFI, Boot
from .edk2 import Edk2Boot
from .kernel import MODULES
from .process import run
from .target import NAME
from .workspace import init_binary

CHAP = ("booter", "not-a-secret-1")
MUTUAL = (*CHAP, "targeter", "not-a-secret-2")

VLAN = 42

# The first value of each is the plainest.
FIRST_AXES = {
    "firmware": ("table", "tableless", "ipxe-bios", "ipxe-uefi", "edk2"),
    "auth": ("none", "chap", "mutual"),
    "address": ("dhcp", "static", "ipv6"),
    "nic": ("virtio-net-pci", "e1000"),
    "digest": ("none", "header,data"),
    "cpus": ("1", "2"),
    "memory": ("512", "256", "2048"),
    "target": ("tgt", "istgt"),
    "kernel": ("bookworm", "trixie", "trixie-backports"),  # Debian's suite that has it
}
# What came later adds rows, and leaves the ones from before as they were.
AXES = {**FIRST_AXES, "target": ("tgt", "istgt", "lio"), "network": ("plain", "vlan")}
FIRMWARE = {"ipxe-bios": BIOS, "ipxe-uefi": UEFI, "table": KERNEL, "tableless": KERNEL}


def allowed(row):
    """Whether a row, or a part of one, can be."""
    firmware, nic, address = row.get("firmware"), row.get("nic"), row.get("address")
    if row.get("network") == "vlan" and (
            firmware in ("ipxe-bios", "ipxe-uefi") or (firmware, address) == ("edk2", "dhcp")):
        return False  # iPXE's VLANs were not tried; nobody in the VLAN gives addresses
    if firmware == "edk2" and nic == "e1000":
        return False  # this OVMF has no driver for it
    if firmware == "tableless" and address == "dhcp":
        return False  # isboot alone has no DHCP client
    if firmware in ("ipxe-bios", "ipxe-uefi", "edk2") and address == "ipv6":
        return False  # OVMF's has settings of its own (edk2_test.py); iPXE's was not tried
    return not (firmware in ("ipxe-bios", "ipxe-uefi", "table") and address == "static")


def no_room(row):
    """Whether GRUB may say so of Debian's kernel; seen of 2.06 by both, with each kernel."""
    return row["memory"] == "256" and row["firmware"] in ("ipxe-uefi", "edk2")


def rows(strength=2, seed=1):
    """All of them."""
    first = covering.rows(FIRST_AXES, allowed, strength, seed)
    return covering.rows(AXES, allowed, strength, seed, [{**row, "network": "plain"} for row in first])


def name_of(row):
    return "+".join(row.values())


def row_of(name):
    """The row with that name."""
    values = name.split("+")
    row = dict(zip(AXES, values))
    if len(values) != len(AXES) or any(row[axis] not in AXES[axis] for axis in AXES):
        raise ValueError(f"no row {name}: one of each of {'; '.join(map(' '.join, AXES.values()))}")
    if not allowed(row):
        raise ValueError(f"the row {name} cannot be")
    return row


def boot_of(row):
    """The Boot of that row."""
    chap = {"none": (), "chap": CHAP, "mutual": MUTUAL}[row["auth"]]
    name = "matrix-" + name_of(row).replace(",", "-")
    suite = row["kernel"]
    options = {"chap": chap, "arguments": f"isboot.digest={row['digest']}",
               "archive": packages.HOST if suite == "bookworm" else packages.Archive(suite)}
    if row["firmware"] == "edk2":
        return _Edk2Row(row, name, lambda port: [_attempt(row, port, chap)], change=rewriting.ONLY_MD5,
                        **options)
    return _Row(row, name, FIRMWARE[row["firmware"]], **options)


def _attempt(row, port, chap):
    address = private_network.MACHINE if row["address"] == "static" else ""
    where = {"target": private_network.TARGET, "vlan": VLAN} if _in_vlan(row) else {}
    return edk2_settings.Attempt(port, address=address, gateway=machine.HOST if address else "",
                                 chap=chap, lun=_lun(row), **where)


def _in_vlan(row):
    return row["network"] == "vlan"


def _lun(row):
    others = other_targets.TARGETS
    return others[row["target"]].lun if row["target"] in others else target.LUN


class _OfRow(Boot):
    """What all rows have in common. `self._row` is set before any of it is asked."""

    # What a newer kernel has in itself is no module that is missing.
    errors = console.ERRORS + "|next: put it into the initramfs"

    def __init__(self, row, *arguments, **options):
        self._row = row
        super().__init__(*arguments, **options)
        if _in_vlan(row):
            self.host, self.netdev = private_network.TARGET, vlan_switch.NETDEV
        else:
            self.host, self.netdev = "127.0.0.1", machine.USER_NETWORK
        if row["target"] == "lio":
            peer.fetch()

    @contextlib.contextmanager
    def serving_disk(self):
        ipv6 = self._row["address"] == "ipv6"
        host = "[::1]" if ipv6 else self.host
        with contextlib.ExitStack() as life:
            if _in_vlan(self._row):
                # All that is fetched is there. The machine's cable has that VLAN's frames alone.
                private_network.enter()
                life.enter_context(vlan_switch.running(self.workspace, private_network.CABLE, VLAN))
                if ipv6:
                    host = f"[{machine.HOST_IPV6}]"
                    run("ip", "addr", "add", f"{machine.HOST_IPV6}/64", "dev", private_network.CABLE, "nodad")
            self.target = life.enter_context(self._serving_at(host))
            yield

    def _serving_at(self, host):
        kind, where = self._row["target"], (self.workspace, self.disk.path, self._chap, host)
        if kind in other_targets.TARGETS:
            return other_targets.serving(kind, *where)
        return (lio if kind == "lio" else target).serving(*where)

    def _machine(self, port):
        guest = self._plain(port)
        guest.add("-smp", self._row["cpus"], "-m", f"{self._row['memory']}M")
        return guest


class _Edk2Row(_OfRow, Edk2Boot):

    def change_root(self, tree):
        if _in_vlan(self._row):
            (tree / "boot/initrd.img").write_bytes(_initrd(self._kernel))

    def _plain(self, port):
        return Edk2Boot._machine(self, port)


class _Row(_OfRow):

    def _plain(self, port):
        nic = self._row["nic"]
        if self._firmware in (BIOS, UEFI):
            machine.write_script(self.workspace, port, self._chap, lun=_lun(self._row))
            return machine.from_ipxe(self.workspace, nic, self._firmware == UEFI)
        table, words, private = None, self._arguments, {}
        if self._row["firmware"] == "table":
            table = self._table(port)
        else:
            words += self._words(port)
            private = self._credentials()
        return machine.from_kernel(self.workspace, self._kernel, _initrd(self._kernel, private), words,
                                   table, netdev=self.netdev, nic=nic)

    def _table(self, port):
        changes = [(ibft_table.TARGET_LUN, _lun(self._row).to_bytes(2, "big"))]
        if self._row["address"] == "ipv6":
            changes += ibft_table.IN_IPV6
        elif _in_vlan(self._row):
            changes.append((ibft_table.TARGET_ADDRESS,
                            ipaddress.IPv6Address(f"::ffff:{private_network.TARGET}").packed))
        if _in_vlan(self._row):
            changes.append((ibft_table.NIC_VLAN, struct.pack("<H", VLAN)))
        return ibft_table.leading_to(port, NAME, machine.INITIATOR, changes, self._chap)

    def _words(self, port):
        own, router, prefix = private_network.MACHINE, machine.HOST, 24
        if self._row["address"] == "ipv6":
            own, router, prefix = f"[{machine.OWN_IPV6}]", f"[{machine.HOST_IPV6}]", 64
        server, vlan = router, ""
        if _in_vlan(self._row):
            vlan = f" isboot.vlan={VLAN}"
            server = router if self._row["address"] == "ipv6" else private_network.TARGET
        return (f" isboot.url=iscsi:{server}::{port}:{_lun(self._row)}:{NAME}"
                f" isboot.initiator={machine.INITIATOR} ip={own}::{router}:{prefix}{vlan}")

    def _credentials(self):
        names = ("name", "secret", "reverse_name", "reverse_secret")
        lines = "".join(f"{name}={value}\n" for name, value in zip(names, self._chap))
        return {"etc/isboot/credentials": lines.encode()} if lines else {}


def _initrd(kernel, private=None):
    """isboot's, for a NIC in a VLAN too; `private`: as of initramfs.build()."""
    return initramfs.build({"init": init_binary().read_bytes(),
                            **kernel.module_files((*MODULES, "8021q"))}, private=private)
