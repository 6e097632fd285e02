"""One row of the matrix: a machine put together of one value of each axis."""

import contextlib
import ipaddress
import struct

from . import (console, ctld, edk2_settings, freebsd_row, ibft_table, lio, machine, matrix_initramfs,
               other_targets, peer, private_network, rewriting, target, vlan_switch)
from .boot import KERNEL, UEFI, Boot, expect
from .disk import SECTOR
from .edk2 import Edk2Boot
from .matrix_rows import FIRMWARE, FREEBSD, IN_IPV6, ON_CABLE, digests_of, ipxe_of, name_of
from .process import run
from .target import CHAP, MUTUAL, NAME

# iPXE by BIOS, e1000, and 50 MB of Debian's initramfs: 300 s on a busy host.
ICOUNT_SLOWNESS = 4

VLAN = 42
JUMBO = 9000
ORACLE_TARGET = "169.254.0.2"  # behind a router, as in Oracle's cloud
OWN_LINK_LOCAL, HOST_LINK_LOCAL = "fe80::15", "fe80::2"
IN_LINK_LOCAL = ((ibft_table.NIC_ADDRESS, ipaddress.IPv6Address(OWN_LINK_LOCAL).packed),
                 (ibft_table.NIC_PREFIX, bytes([64, ibft_table.MANUAL])),
                 (ibft_table.NIC_GATEWAY, bytes(16)), (ibft_table.NIC_SERVERS, bytes(3 * 16)),
                 (ibft_table.TARGET_ADDRESS, ipaddress.IPv6Address(HOST_LINK_LOCAL).packed))
ROOT_MIB = 256  # where Debian's initramfs is on it


def boot_of(row):
    """The Boot of that row."""
    chap = {"none": (), "chap": CHAP, "mutual": MUTUAL}[row["auth"]]
    name = "matrix-" + name_of(row).replace(",", "-")
    is_freebsd = row["system"] == FREEBSD
    kernel, initrd = matrix_initramfs.of(matrix_initramfs.ALONE if is_freebsd else row["system"],
                                         row["kernel"], _credentials(row, chap))
    words = [f"isboot.digest={row['digest']}", *([f"isboot.mtu={JUMBO}"] if _is_jumbo(row) else ())]
    options = {"chap": chap, "arguments": " ".join(words), "kernel": kernel, "initrd": initrd,
               "root_mib": ROOT_MIB}
    if row["firmware"] == "edk2":
        kind = _FreebsdByEdk2 if is_freebsd else _Edk2Row
        return kind(row, name, lambda port: [_attempt(row, port, chap)], change=rewriting.ONLY_MD5,
                    **options)
    return (_FreebsdRow if is_freebsd else _Row)(row, name, FIRMWARE[row["firmware"]], **options)


def _credentials(row, chap):
    """What the initramfs of a machine without a table has of them."""
    names = ("name", "secret", "reverse_name", "reverse_secret")
    lines = "".join(f"{name}={value}\n" for name, value in zip(names, chap))
    return {"etc/isboot/credentials": lines} if lines and row["firmware"] == "tableless" else {}


def _attempt(row, port, chap):
    address = private_network.MACHINE if row["address"] == "static" else ""
    where = {"vlan": VLAN} if _in_vlan(row) else {}
    if _on_cable(row):
        where["target"] = _target_behind(row)
    return edk2_settings.Attempt(port, address=address, gateway=machine.HOST if address else "",
                                 chap=chap, lun=_lun(row), **where)


def _in_vlan(row):
    return row["network"] == "vlan"


def _is_jumbo(row):
    return row["network"] == "jumbo"


def _on_cable(row):
    """Whether the machine is on a cable of the test's own, its target behind the router there. QEMU's
    own network leads nowhere from a link-local address."""
    return row["network"] in ON_CABLE or row["address"] == "link-local"


def _target_behind(row):
    """Its address, behind that router."""
    return ORACLE_TARGET if row["network"] == "oracle" else private_network.TARGET


def _netdev(row):
    if _in_vlan(row):
        return vlan_switch.NETDEV
    return private_network.CABLE_NETDEV if _on_cable(row) else machine.USER_NETWORK


def _addresses(row):
    """The machine's own, its router's and its target's, and the prefix."""
    if row["address"] == "ipv6":
        return machine.OWN_IPV6, machine.HOST_IPV6, machine.HOST_IPV6, 64
    if row["address"] == "link-local":
        return OWN_LINK_LOCAL, "", HOST_LINK_LOCAL, 64
    return (private_network.MACHINE, machine.HOST,
            _target_behind(row) if _on_cable(row) else machine.HOST, 24)


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
        self.host = _target_behind(row) if _on_cable(row) else "127.0.0.1"
        self.netdev = _netdev(row)
        if row["clock"] == "icount":
            self.slowness = ICOUNT_SLOWNESS
        if row["target"] == "lio":
            peer.fetch()

    @contextlib.contextmanager
    def serving_disk(self):
        in_ipv6 = self._row["address"] in IN_IPV6
        host = "[::1]" if in_ipv6 else self.host
        with contextlib.ExitStack() as life:
            if _on_cable(self._row):
                self._lay_cable(life)
            if in_ipv6 and _on_cable(self._row):
                for address in (machine.HOST_IPV6, HOST_LINK_LOCAL):
                    run("ip", "addr", "add", f"{address}/64", "dev", private_network.CABLE, "nodad")
                host = "[::]"
            self.target = life.enter_context(self._serving_at(host))
            yield

    def _lay_cable(self, life):
        """All that is fetched is there."""
        private_network.enter(_target_behind(self._row))
        if _in_vlan(self._row):
            # Its end at the machine has that VLAN's frames alone.
            life.enter_context(vlan_switch.running(self.workspace, private_network.CABLE, VLAN))
        elif _is_jumbo(self._row):
            run("ip", "link", "set", private_network.CABLE, "mtu", JUMBO)

    def _serving_at(self, host):
        kind, where = self._row["target"], (self.workspace, self.disk.path, self._chap, host)
        if kind in other_targets.TARGETS:
            return other_targets.serving(kind, *where)
        return {"tgt": target, "lio": lio, "ctld": ctld}[kind].serving(*where)

    def make_disk(self, tree, root_mib):
        others = other_targets.TARGETS
        size = others[self._row["target"]].block_size if self._row["target"] in others else SECTOR
        if size == SECTOR:
            return super().make_disk(tree, root_mib)
        return other_targets.WholeDisk(self.workspace, tree, size, root_mib)

    def change_root(self, tree):
        # systemd in an initramfs switches to nothing that lacks it.
        (tree / "etc").mkdir(exist_ok=True)
        (tree / "etc/os-release").write_text("ID=test\n", encoding="ascii")

    def check(self):
        super().check()
        check_report(self._row, self.report)

    def _machine(self, port):
        guest = self._plain(port)
        guest.add("-smp", self._row["cpus"], "-m", f"{self._row['memory']}M")
        if self._row["network"] == "two-nics":
            guest.add_other_nic(self._row["nic"])
        if self._row["clock"] == "icount":
            guest.count_instructions(1, leap=False)
        return guest


def check_report(row, report):
    """That the system has what the row says."""
    for word, wanted in (("mtu", str(JUMBO if _is_jumbo(row) else 1500)), ("digest", digests_of(row)),
                         ("auth", row["auth"])):
        expect(report[word] == wanted, f"{word} is {report[word]}, not {wanted}")


class _Edk2Row(_OfRow, Edk2Boot):

    def _plain(self, port):
        return Edk2Boot._machine(self, port)


class _Row(_OfRow):

    def _plain(self, port):
        nic = self._row["nic"]
        if self._firmware != KERNEL:
            machine.write_script(self.workspace, port, self._chap, lun=_lun(self._row))
            return machine.from_ipxe(self.workspace, nic, self._firmware == UEFI, suite=ipxe_of(self._row))
        table, words = None, self._arguments
        if self._row["firmware"] == "table":
            table = self._table(port)
        else:
            words += self._words(port)
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, words, table,
                                   netdev=self.netdev, nic=nic)

    def _table(self, port):
        changes = [(ibft_table.TARGET_LUN, _lun(self._row).to_bytes(2, "big"))]
        if self._row["address"] == "ipv6":
            changes += ibft_table.IN_IPV6
        elif self._row["address"] == "link-local":
            changes += IN_LINK_LOCAL
        elif _on_cable(self._row):
            changes.append((ibft_table.TARGET_ADDRESS,
                            ipaddress.IPv6Address(f"::ffff:{_target_behind(self._row)}").packed))
        if _in_vlan(self._row):
            changes.append((ibft_table.NIC_VLAN, struct.pack("<H", VLAN)))
        return ibft_table.leading_to(port, NAME, machine.INITIATOR, changes, self._chap)

    def _words(self, port):
        own, router, server, prefix = (
            f"[{one}]" if isinstance(one, str) and ":" in one else one for one in _addresses(self._row))
        vlan = f" isboot.vlan={VLAN}" if _in_vlan(self._row) else ""
        if self._row["address"] == "lease":
            address = "dhcp"
        else:
            # Of two NICs the first is not the one.
            nic = f" isboot.nic={machine.MAC}" if self._row["network"] == "two-nics" else ""
            address = f"{own}::{router}:{prefix}{nic}"
        return (f" isboot.url=iscsi:{server}::{port}:{_lun(self._row)}:{NAME}"
                f" isboot.initiator={machine.INITIATOR} ip={address}{vlan}")


class _FreebsdRow(freebsd_row.OfFreebsd, _Row):
    """By iPXE."""


class _FreebsdByEdk2(freebsd_row.OfFreebsd, _Edk2Row):
    """By UEFI's own initiator."""
