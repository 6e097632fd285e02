"""A table for -acpitable: one that iPXE wrote, told to lead to the run's own target."""

import ipaddress
import struct

from . import machine
from .workspace import PROJECT

FIXTURE = PROJECT / "tests/fixtures/ibft/ipxe-uefi-virtio-nochap.bin"
# Where that fixture keeps what changes; little-endian (iBFT 1.03: header, initiator, target).
LENGTH, CHECKSUM = 4, 9
INITIATOR_NAME = 0x50 + 70
TARGET_PORT, TARGET_LUN, TARGET_NAME = 0x180 + 22, 0x180 + 24, 0x180 + 34
TARGET_CHAP_TYPE = 0x180 + 32
CHAP_FIELDS = (0x180 + 38, 0x180 + 42, 0x180 + 46, 0x180 + 50)  # name, secret, and the target's
ONE_WAY_CHAP, MUTUAL_CHAP = 1, 2
NIC_OFFSET, NIC_VLAN, NIC_MAC = 0x30 + 10, 0xa0 + 88, 0xa0 + 90
NIC_ADDRESS, NIC_PREFIX, NIC_GATEWAY, NIC_SERVERS = 0xa0 + 6, 0xa0 + 22, 0xa0 + 24, 0xa0 + 40
TARGET_ADDRESS = 0x180 + 6
MANUAL = 1  # the origin of an address, behind its prefix
# The fixture's machine and target in QEMU's IPv6 network, without servers of names and leases.
IN_IPV6 = ((NIC_ADDRESS, ipaddress.IPv6Address(machine.OWN_IPV6).packed),
           (NIC_PREFIX, bytes([64, MANUAL])),
           (NIC_GATEWAY, ipaddress.IPv6Address(machine.HOST_IPV6).packed),
           (NIC_SERVERS, bytes(3 * 16)),
           (TARGET_ADDRESS, ipaddress.IPv6Address(machine.HOST_IPV6).packed))


def leading_to(port, target, initiator, changes=(), chap=None):
    """The fixture's NIC, address and LUN with another port and other names, put at the end.
    `changes`: further (offset, bytes) to write over the fixture; `chap`: as of target.Target."""
    table = bytearray(FIXTURE.read_bytes())
    for offset, value in changes:
        table[offset:offset + len(value)] = value
    struct.pack_into("<H", table, TARGET_PORT, port)
    strings = [(INITIATOR_NAME, initiator), (TARGET_NAME, target)]
    if chap:
        table[TARGET_CHAP_TYPE] = MUTUAL_CHAP if len(chap) > 2 else ONE_WAY_CHAP
        strings += zip(CHAP_FIELDS, chap)
    for field, name in strings:
        struct.pack_into("<HH", table, field, len(name), len(table))
        table += name.encode() + b"\0"
    struct.pack_into("<I", table, LENGTH, len(table))
    table[CHECKSUM] = 0
    table[CHECKSUM] = -sum(table) % 256
    return bytes(table)
