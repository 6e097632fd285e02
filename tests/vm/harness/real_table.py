"""Makes a table lead to a target of the run's own, and leaves all else in it as it is."""

import ipaddress
import struct

from . import machine

POINTERS = 0x30 + 8  # of the control structure: initiator, NIC and target, NIC and target
# Offsets in a NIC's and a target's structure (iBFT 1.03).
NIC_ADDRESS, NIC_GATEWAY, NIC_MAC = 6, 24, 90
TARGET_ADDRESS, TARGET_PORT = 6, 22
CHECKSUM = 9
# What QEMU's network has, for each family: the machine, and the host.
OWN = {4: ipaddress.ip_address("::ffff:10.0.2.15"), 6: ipaddress.ip_address(machine.OWN_IPV6)}
HOST = {4: ipaddress.ip_address(f"::ffff:{machine.HOST}"), 6: ipaddress.ip_address(machine.HOST_IPV6)}


def leading_to(table, port):
    """The first NIC is the machine's, and every target is at `port` of the host. An address that no
    NIC or target can have stays, and so does one that is link-local."""
    table = bytearray(table)
    _, *pairs = struct.unpack_from("<5H", table, POINTERS)
    for nic in pairs[0::2]:
        if 0 < nic < len(table) - NIC_MAC:
            _move(table, nic + NIC_ADDRESS, OWN)
            _move(table, nic + NIC_GATEWAY, HOST)
            if nic == pairs[0] and any(table[nic + NIC_MAC:nic + NIC_MAC + 6]):
                table[nic + NIC_MAC:nic + NIC_MAC + 6] = bytes.fromhex(machine.MAC.replace(":", ""))
    for target in pairs[1::2]:
        if 0 < target < len(table) - TARGET_PORT:
            _move(table, target + TARGET_ADDRESS, HOST)
            if struct.unpack_from("<H", table, target + TARGET_PORT)[0]:
                struct.pack_into("<H", table, target + TARGET_PORT, port)
    return sealed(table)


def sealed(table):
    """With the right checksum."""
    table = bytearray(table)
    table[CHECKSUM] = 0
    table[CHECKSUM] = -sum(table) % 256
    return bytes(table)


def _move(table, at, addresses):
    there = ipaddress.IPv6Address(bytes(table[at:at + 16]))
    judged = there.ipv4_mapped or there
    if int(judged) and not judged.is_multicast and not judged.is_link_local:
        table[at:at + 16] = addresses[judged.version].packed
