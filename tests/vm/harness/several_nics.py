"""A machine with several NICs, each a way to the disk, and a table that names them all."""

import json
import socket
import tempfile
import time

from . import machine
from .boot import Boot
from .process import run
from .target import LUN, NAME
from .workspace import isboot_binary

QMP = "qmp"  # the monitor's socket in the run's directory
MONITOR_LIMIT = 30  # seconds until it is there


def mac(number):
    return f"52:54:00:12:34:{0x56 + number:02x}"


def host(number):
    """The host's loopback interface, as NIC `number` sees it."""
    return f"10.0.{2 + number}.2"


def pair(number, port, **target):
    """NIC and target of a specification for `isboot ibft build`."""
    nic = {"valid": True, "boot_selected": True, "index": number, "mac": mac(number),
           "address": f"10.0.{2 + number}.15", "prefix": 24, "origin": "manual"}
    return nic, {"valid": True, "boot_selected": True, "nic_index": number,
                 "address": host(number), "port": port, "lun_number": LUN, "name": NAME, **target}


def table(pairs, program=None):
    """The bytes of the table with these pairs, which isboot (`program`) builds."""
    spec = {"initiator": {"valid": True, "boot_selected": True, "name": machine.INITIATOR},
            "nics": [nic for nic, _ in pairs], "targets": [target for _, target in pairs]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(spec, file)
        file.flush()
        return run(program or isboot_binary(), "ibft", "build", file.name)


def from_kernel(boot, pairs):
    """QEMU loads the kernel of `boot`, an object of tests/vm/harness/boot.py; a NIC and a path for each pair."""
    guest = machine.from_kernel(*boot.loaded, table(pairs))
    for number in range(1, len(pairs)):
        guest.add("-netdev", f"user,id=net{number},net=10.0.{2 + number}.0/24", "-device",
                  f"virtio-net-pci,id=nic{number},netdev=net{number},mac={mac(number)},romfile=")
    return guest


class SeveralNics(Boot):
    """`targets`: for each NIC what its target's structure says otherwise."""

    targets = ({}, {})

    def set_link(self, number, on):
        """The cable of a NIC."""
        with socket.socket(socket.AF_UNIX) as monitor:
            self._connect(monitor)
            answers = monitor.makefile("r")
            answers.readline()  # the greeting
            for command in ({"execute": "qmp_capabilities"},
                            {"execute": "set_link",
                             "arguments": {"name": f"nic{number or ''}", "up": on}}):
                monitor.sendall(json.dumps(command).encode() + b"\n")
                while "return" not in (answer := json.loads(answers.readline())):
                    if "error" in answer:
                        raise RuntimeError(f"QEMU refuses {command}: {answer}")

    def _connect(self, monitor):
        """QEMU makes the socket some time after its start."""
        deadline = time.monotonic() + MONITOR_LIMIT
        while True:
            try:
                return monitor.connect(str(self.workspace / QMP))
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _machine(self, port):
        pairs = [pair(number, **{"port": port, **target})
                 for number, target in enumerate(self.targets)]
        guest = from_kernel(self, pairs)
        guest.add("-qmp", f"unix:{QMP},server=on,wait=off")
        return guest
