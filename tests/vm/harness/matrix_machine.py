"""One row of the matrix: a machine put together of one value of each axis."""

import contextlib

from . import console, edk2_settings, ibft_table, initramfs, machine, other_targets, packages, rewriting, target
from .boot import BIOS, KERNEL, UEFI, Boot
from .edk2 import Edk2Boot
from .target import NAME
from .workspace import init_binary

CHAP = ("booter", "not-a-secret-1")
MUTUAL = (*CHAP, "targeter", "not-a-secret-2")

# The first value of each is the plainest.
AXES = {
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
FIRMWARE = {"ipxe-bios": BIOS, "ipxe-uefi": UEFI, "table": KERNEL, "tableless": KERNEL}


def allowed(row):
    """Whether a row, or a part of one, can be."""
    firmware, nic, address = row.get("firmware"), row.get("nic"), row.get("address")
    if firmware == "edk2" and nic == "e1000":
        return False  # this OVMF has no driver for it
    if firmware == "tableless" and address == "dhcp":
        return False  # isboot alone has no DHCP client
    if firmware in ("ipxe-bios", "ipxe-uefi", "edk2") and address == "ipv6":
        return False  # OVMF's has settings of its own (edk2_test.py); iPXE's was not tried
    return not (firmware in ("ipxe-bios", "ipxe-uefi", "table") and address == "static")


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
        address = "10.0.2.15" if row["address"] == "static" else ""
        return _Edk2Row(row, name, lambda port: [edk2_settings.Attempt(
            port, address=address, gateway=machine.HOST if address else "", chap=chap,
            lun=_lun(row))], change=rewriting.ONLY_MD5, **options)
    return _Row(row, name, FIRMWARE[row["firmware"]], **options)


def _lun(row):
    return target.LUN if row["target"] == "tgt" else other_targets.TARGETS[row["target"]].lun


class _OfRow(Boot):
    """What all rows have in common. `self._row` is set before any of it is asked."""

    # What a newer kernel has in itself is no module that is missing.
    errors = console.ERRORS + "|next: put it into the initramfs"

    def __init__(self, row, *arguments, **options):
        self._row = row
        super().__init__(*arguments, **options)

    @contextlib.contextmanager
    def serving_disk(self):
        host = "[::1]" if self._row["address"] == "ipv6" else "127.0.0.1"
        if self._row["target"] == "tgt":
            with target.serving(self.workspace, self.disk.path, self._chap, host) as self.target:
                yield
        else:
            with other_targets.serving(self._row["target"], self.workspace, self.disk.path,
                                       self._chap, host) as self.target:
                yield

    def _machine(self, port):
        guest = self._plain(port)
        guest.add("-smp", self._row["cpus"], "-m", f"{self._row['memory']}M")
        return guest


class _Edk2Row(_OfRow, Edk2Boot):

    def _plain(self, port):
        return Edk2Boot._machine(self, port)


class _Row(_OfRow):

    def _plain(self, port):
        nic = self._row["nic"]
        if self._firmware in (BIOS, UEFI):
            machine.write_script(self.workspace, port, self._chap, lun=_lun(self._row))
            return machine.from_ipxe(self.workspace, nic, self._firmware == UEFI)
        table, words, initrd = None, self._arguments, self._initrd
        if self._row["firmware"] == "table":
            table = self._table(port)
        else:
            words += self._words(port)
            initrd = self._initrd_with_credentials()
        return machine.from_kernel(self.workspace, self._kernel, initrd, words, table, nic=nic)

    def _table(self, port):
        changes = [(ibft_table.TARGET_LUN, _lun(self._row).to_bytes(2, "big"))]
        if self._row["address"] == "ipv6":
            changes += ibft_table.IN_IPV6
        return ibft_table.leading_to(port, NAME, machine.INITIATOR, changes, self._chap)

    def _words(self, port):
        own, host, prefix = "10.0.2.15", machine.HOST, 24
        if self._row["address"] == "ipv6":
            own, host, prefix = f"[{machine.OWN_IPV6}]", f"[{machine.HOST_IPV6}]", 64
        return (f" isboot.url=iscsi:{host}::{port}:{_lun(self._row)}:{NAME}"
                f" isboot.initiator={machine.INITIATOR} ip={own}::{host}:{prefix}")

    def _initrd_with_credentials(self):
        names = ("name", "secret", "reverse_name", "reverse_secret")
        lines = "".join(f"{name}={value}\n" for name, value in zip(names, self._chap))
        private = {"etc/isboot/credentials": lines.encode()} if lines else {}
        return initramfs.build({"init": init_binary().read_bytes(),
                                **self._kernel.module_files()}, private=private)
