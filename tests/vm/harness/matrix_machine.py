"""One row of the matrix: a machine put together of one value of each axis."""

from . import edk2_settings, ibft_table, initramfs, machine, rewriting
from .boot import BIOS, KERNEL, UEFI, Boot
from .edk2 import Edk2Boot
from .target import LUN, NAME
from .workspace import init_binary

CHAP = ("booter", "not-a-secret-1")
MUTUAL = (*CHAP, "targeter", "not-a-secret-2")

# The first value of each is the plainest.
AXES = {
    "firmware": ("table", "tableless", "ipxe-bios", "ipxe-uefi", "edk2"),
    "auth": ("none", "chap", "mutual"),
    "address": ("dhcp", "static"),
    "nic": ("virtio-net-pci", "e1000"),
    "digest": ("none", "header,data"),
    "cpus": ("1", "2"),
    "memory": ("512", "256", "2048"),
}
FIRMWARE = {"ipxe-bios": BIOS, "ipxe-uefi": UEFI, "table": KERNEL, "tableless": KERNEL}


def allowed(row):
    """Whether a row, or a part of one, can be."""
    firmware, nic, address = row.get("firmware"), row.get("nic"), row.get("address")
    if firmware == "edk2" and nic == "e1000":
        return False  # this OVMF has no driver for it
    if firmware == "tableless" and address == "dhcp":
        return False  # isboot alone has no DHCP client
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
    if row["firmware"] == "edk2":
        address = "10.0.2.15" if row["address"] == "static" else ""
        return _Edk2Row(row, name, lambda port: [edk2_settings.Attempt(
            port, address=address, gateway=machine.HOST if address else "", chap=chap)],
            change=rewriting.ONLY_MD5, chap=chap, arguments=_arguments(row))
    return _Row(row, name, FIRMWARE[row["firmware"]], chap=chap, arguments=_arguments(row))


def _arguments(row):
    return f"isboot.digest={row['digest']}"


def _equip(guest, row):
    guest.add("-smp", row["cpus"], "-m", f"{row['memory']}M")
    return guest


class _Edk2Row(Edk2Boot):

    def __init__(self, row, *arguments, **options):
        super().__init__(*arguments, **options)
        self._row = row

    def _machine(self, port):
        return _equip(super()._machine(port), self._row)


class _Row(Boot):

    def __init__(self, row, *arguments, **options):
        super().__init__(*arguments, **options)
        self._row = row

    def _machine(self, port):
        return _equip(self._plain(port), self._row)

    def _plain(self, port):
        nic = self._row["nic"]
        if self._firmware in (BIOS, UEFI):
            machine.write_script(self.workspace, port, self._chap)
            return machine.from_ipxe(self.workspace, nic, self._firmware == UEFI)
        table, words, initrd = None, self._arguments, self._initrd
        if self._row["firmware"] == "table":
            table = ibft_table.leading_to(port, NAME, machine.INITIATOR, chap=self._chap)
        else:
            words += (f" isboot.url=iscsi:{machine.HOST}::{port}:{LUN}:{NAME}"
                      f" isboot.initiator={machine.INITIATOR} ip=10.0.2.15::{machine.HOST}:24")
            initrd = self._initrd_with_credentials()
        return machine.from_kernel(self.workspace, self._kernel, initrd, words, table, nic=nic)

    def _initrd_with_credentials(self):
        names = ("name", "secret", "reverse_name", "reverse_secret")
        lines = "".join(f"{name}={value}\n" for name, value in zip(names, self._chap))
        private = {"etc/isboot/credentials": lines.encode()} if lines else {}
        return initramfs.build({"init": init_binary().read_bytes(),
                                **self._kernel.module_files()}, private=private)
