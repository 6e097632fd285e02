"""The settings of EDK2's IPv6 for one NIC, as Ip6Dxe keeps them in a variable that is named after
the NIC's MAC (edk2-stable202211: NetworkPkg/Ip6Dxe/Ip6ConfigImpl.h; the sizes as that firmware was seen to write
them)."""

import ipaddress
import struct

GUID = "937fe521-95ae-4d1a-8929-48bcd90ad31a"
_HEAD = "<IHH"        # identity for DHCPv6, checksum, number of records
_RECORD = "<H2xII"    # where its data are, their size, their kind
_POLICY, _MANUAL_ADDRESS = 2, 4
_MANUAL, _AUTOMATIC = 0, 1
_IDENTITY = 1


def automatic():
    """Addresses by router advertisement."""
    return _variable([(_POLICY, struct.pack("<I", _AUTOMATIC))])


def manual(address, prefix):
    """That address alone, besides the link-local one."""
    packed = ipaddress.ip_address(address).packed
    return _variable([(_POLICY, struct.pack("<I", _MANUAL)),
                      (_MANUAL_ADDRESS, packed + struct.pack("<?B", False, prefix))])


def _variable(items):
    at = struct.calcsize(_HEAD) + len(items) * struct.calcsize(_RECORD)
    records, data = b"", b""
    for kind, value in items:
        records += struct.pack(_RECORD, at + len(data), len(value), kind)
        data += value
    whole = bytearray(struct.pack(_HEAD, _IDENTITY, 0, len(items)) + records + data)
    struct.pack_into("<H", whole, 4, ~_sum(whole) & 0xffff)
    return bytes(whole)


def _sum(data):
    """In ones' complement, of 16-bit words (RFC 1071)."""
    words = struct.unpack(f"<{(len(data) + 1) // 2}H", data + bytes(len(data) % 2))
    total = sum(words)
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total
