"""The rows of the matrix: its axes, what of them cannot be together, and the rows' names."""

import functools
import os

from . import covering, freebsd, matrix_initramfs, other_targets
from .boot import BIOS, KERNEL, UEFI

NEWER_IPXE = "trixie"

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
# What came later, in this order, adds rows and leaves the ones from before as they were: these had the
# plainest value of a new axis.
SECOND_AXES = {**FIRST_AXES, "target": ("tgt", "istgt", "lio"), "network": ("plain", "vlan")}
THIRD_AXES = {**SECOND_AXES, "address": ("dhcp", "static", "ipv6", "link-local"),
              "network": ("plain", "vlan", "jumbo"),
              "system": (matrix_initramfs.ALONE, "initramfs-tools", "dracut")}
FOURTH_AXES = {**THIRD_AXES, "firmware": (*FIRST_AXES["firmware"], "ipxe13-bios", "ipxe13-uefi"),
               "address": (*THIRD_AXES["address"], "lease"),
               "network": (*THIRD_AXES["network"], "oracle", "two-nics"), "clock": ("host", "icount")}
# What Debian has no package of is there where a variable names it.
FREEBSD = "freebsd"
FIFTH_AXES = FOURTH_AXES
if freebsd.IMAGE in os.environ:
    FIFTH_AXES = {**FOURTH_AXES, "target": (*FOURTH_AXES["target"], "ctld"),
                  "system": (*FOURTH_AXES["system"], FREEBSD)}
AXES = {**FIFTH_AXES, "target": (*FIFTH_AXES["target"], *filter(other_targets.program, ("gotgt", "iesp")))}

# Who loads the kernel.
FIRMWARE = {"table": KERNEL, "tableless": KERNEL, "ipxe-bios": BIOS, "ipxe-uefi": UEFI,
            "ipxe13-bios": BIOS, "ipxe13-uefi": UEFI, "edk2": UEFI}
IPXE = tuple(name for name in FIRMWARE if name.startswith("ipxe"))
IN_IPV6 = ("ipv6", "link-local")
ON_CABLE = ("vlan", "jumbo", "oracle")  # of the run's own; the others are QEMU's networks
WITHOUT_DIGESTS = ("gotgt",)
OF_DEBIAN = ("initramfs-tools", "dracut")


def allowed(row):
    """Whether a row, or a part of one, can be."""
    return not any(rule(row.get) for rule in (_leads_nowhere, _has_no_such_address, _lacks_a_driver,
                                              _is_too_large, _is_no_freebsd, _is_beyond_the_target,
                                              _stands_still))


def _leads_nowhere(of):
    """Nobody on a cable of the run's own gives addresses, or files to iPXE."""
    return of("network") in ON_CABLE and (
        of("firmware") in IPXE or of("address") == "lease"
        or (of("firmware"), of("address")) == ("edk2", "dhcp")) or (
        of("network") == "oracle" and of("address") in IN_IPV6)  # the target's address is 169.254.0.2


def _has_no_such_address(of):
    firmware, address = of("firmware"), of("address")
    if address == "lease":  # of whom the initramfs has a client
        return firmware not in (None, "tableless") or of("system") not in (None, "initramfs-tools")
    if firmware == "tableless":
        return address == "dhcp"  # isboot alone has no DHCP client
    if address in IN_IPV6:  # OVMF's has settings of its own (edk2_test.py); iPXE's table cannot say it
        return firmware in (*IPXE, "edk2")
    return address == "static" and firmware in (*IPXE, "table")


def _lacks_a_driver(of):
    return (of("firmware"), of("nic")) == ("edk2", "e1000")


def _is_too_large(of):
    """Debian's own initramfs; and a system of backports there is not."""
    return of("system") in OF_DEBIAN and (of("memory") == "256" or of("kernel") == "trixie-backports")


def _is_no_freebsd(of):
    """Its loader is booted, has its own kernel, and by BIOS reads no file that mtools writes."""
    return of("system") == FREEBSD and (
        of("firmware") in ("table", "tableless") or of("memory") == "256"
        or of("kernel") in ("trixie", "trixie-backports")
        or (FIRMWARE.get(of("firmware")), of("digest")) == (BIOS, "header,data"))


def _is_beyond_the_target(of):
    """gotgt and iESP ask for no proof; iESP's blocks of 4096 bytes are none that firmware boots from, and
    OVMF's own initiator finds no disk at gotgt."""
    return of("target") in ("gotgt", "iesp") and of("auth") in ("chap", "mutual") or (
        of("target") == "iesp" and of("firmware") in IPXE) or (
        of("target") in ("gotgt", "iesp") and of("firmware") == "edk2")


def _stands_still(of):
    """Linux 6.1 never sees its second processor come up: the emulator lets one run at a time, and that
    one waits for the other (docs/matrix.md)."""
    return (of("clock"), of("cpus"), of("kernel")) == ("icount", "2", "bookworm")


def no_room(row):
    """Whether GRUB may say so of Debian's kernel; seen of 2.06 by both, with each kernel."""
    return row.get("memory") == "256" and FIRMWARE.get(row.get("firmware")) == UEFI


def reaches_isboot(row):
    """Of a row, or a part of one, that can be."""
    return allowed(row) and not no_room(row)


def digests_of(row):
    """Those that machine and target agree on."""
    return "none" if row["target"] in WITHOUT_DIGESTS else row["digest"]


def ipxe_of(row):
    """Debian's suite whose iPXE boots it, None for the host's own: istgt's CHAP challenge is longer than
    the stack of Debian 12's by BIOS allows (docs/matrix.md)."""
    is_long = row["target"] == "istgt" and row["auth"] != "none"
    return NEWER_IPXE if is_long and row["firmware"] == "ipxe-bios" or "13" in row["firmware"] else None


def fits_ci(row):
    """Whether isboot runs in it, with nothing that a variable has to name, and soon: firmware takes minutes
    where instructions are counted."""
    return reaches_isboot(row) and all(row[name] in values for name, values in FOURTH_AXES.items()) and (
        row["clock"] == "host" or FIRMWARE[row["firmware"]] == KERNEL)


@functools.cache
def rows(strength=2, seed=1):
    """All of them."""
    made = []
    for axes in (FIRST_AXES, SECOND_AXES, THIRD_AXES, FOURTH_AXES, FIFTH_AXES, AXES):
        plainest = {name: values[0] for name, values in axes.items()}
        made = covering.rows(axes, allowed, strength, seed, [{**plainest, **row} for row in made])
    # Where GRUB has no room isboot never runs: what only such rows had, others have too. What a variable
    # names comes behind.
    for axes in (FOURTH_AXES, AXES):
        runs = [row for row in made if reaches_isboot(row) and all(row[name] in axes[name] for name in axes)]
        made = made + covering.rows(axes, reaches_isboot, strength, seed, runs)[len(runs):]
    return made


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
