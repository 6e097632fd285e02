"""The settings of EDK2's own iSCSI initiator, IScsiDxe, byte for byte as its setup pages write them
(edk2-stable202211: NetworkPkg/IScsiDxe)."""

import dataclasses
import ipaddress
import struct

from . import machine
from .target import LUN, NAME
from .edk2_ipv6 import GUID as IPV6_CONFIG
from .uefi_variables import Variables

_INITIATOR_NAME = "59324945-ec44-4c0d-b1cd-9db139df070c"
_ISCSI_CONFIG = "4b47d616-a8d6-4552-9d44-ccad2e0f4cf9"
_VLAN_CONFIG = "9e23d768-d2f3-4366-9fc3-3a7aba864374"
_IPV6 = 1  # the attempt's kind of address; 0: IPv4
_ATTEMPT_SIZE, ATTEMPTS = 1049, 8
ENABLED, ENABLED_FOR_MPIO = 1, 2
CONNECT_TIMEOUT_MS = 5000


@dataclasses.dataclass
class Attempt:
    """One way to a disk. Without `address` it comes by DHCP; to a target that has an IPv6 address
    the machine's own is Ip6Dxe's matter (edk2_ipv6.py).
    `chap`: (name, secret), or with (…, reverse name, reverse secret) behind them. `retries`: how often
    it connects again where nobody answered."""
    port: int
    target: str = machine.HOST
    mac: str = machine.MAC
    address: str = ""
    prefix: int = 24
    gateway: str = ""
    chap: tuple = ()
    mode: int = ENABLED
    name: str = NAME
    lun: int = LUN
    vlan: int = 0
    retries: int = 0

    def encoded(self, number):
        """The variable's value."""
        data = _empty(number)
        vlan = f"\\{self.vlan:04X}" if self.vlan else ""
        _put(data, 0x26, f"{self.mac.upper()}{vlan}".encode())
        data[0x10] = 1  # the attempt's NIC is there
        struct.pack_into("<H", data, 0xb6, self.port)
        data[0xb8] = self.mode
        if self.address:
            mask = ipaddress.ip_network(f"0.0.0.0/{self.prefix}").netmask
            _put(data, 0xba, ipaddress.ip_address(self.address).packed)
            _put(data, 0xca, mask.packed)
            _put(data, 0xce, ipaddress.ip_address(self.gateway or "0.0.0.0").packed)
        target = ipaddress.ip_address(self.target)
        data[0xb9] = _IPV6 if target.version == 6 else 0
        data[0xde] = not self.address and target.version == 4
        _put(data, 0xe0, self.name.encode())
        _put(data, 0x1c0, target.packed)
        struct.pack_into(">H", data, 0x1d1, self.lun)
        struct.pack_into("<HB", data, 0x1d9, CONNECT_TIMEOUT_MS, self.retries)
        # The ISID: a kind that is random, then what tells this initiator from others.
        _put(data, 0x1dc, bytes.fromhex("12" + _hex(self.mac)[2:]))
        data[0x2f5] = bool(self.chap)
        if self.chap:
            data[0x2f6] = len(self.chap) > 2
            for at, text in zip((0x2f7, 0x376, 0x387, 0x406), self.chap):
                _put(data, at, text.encode())
        data[0x418] = 1
        return bytes(data)


def variables(pristine, attempts, ipv6=b""):
    """`pristine`: the bytes of an untouched VARS file; returns those with the settings in it.
    `ipv6`: the first NIC's, as edk2_ipv6.py makes them."""
    store = Variables(pristine)
    store.add("I_NAME", _INITIATOR_NAME, machine.INITIATOR.encode() + b"\0")
    store.add("InitialAttemptOrder", _ISCSI_CONFIG, bytes(range(1, ATTEMPTS + 1)))
    store.add("AttemptOrder", _ISCSI_CONFIG, bytes(range(1, len(attempts) + 1)))
    for number in range(1, ATTEMPTS + 1):
        value = (attempts[number - 1].encoded(number) if number <= len(attempts)
                 else bytes(_empty(number)))
        store.add(f"Attempt {number}", _INITIATOR_NAME, value)
    for mac, vlan in sorted({(one.mac, one.vlan) for one in attempts if one.vlan}):
        store.add(_hex(mac), _VLAN_CONFIG, struct.pack("<H", vlan))
    if ipv6:
        store.add(_hex(machine.MAC), IPV6_CONFIG, ipv6)
    return bytes(store.image)


def _empty(number):
    data = bytearray(_ATTEMPT_SIZE)
    data[0x11] = number
    _put(data, 0x1a, f"Attempt {number}".encode())
    struct.pack_into("<H", data, 0xb6, 3260)
    struct.pack_into("<H", data, 0x1d9, 1000)
    data[0x2f5] = 1
    return data


def _put(data, at, value):
    data[at:at + len(value)] = value


def _hex(mac):
    return mac.replace(":", "").upper()
