"""A machine that UEFI's own iSCSI initiator boots: no iPXE, no script, only the firmware's settings."""

import contextlib
import functools
import re

from . import machine, processor, rewriting, target
from .boot import UEFI, Boot
from .edk2_settings import variables

# The NICs: one for each network of QEMU's, told apart by their last byte.
SECOND_MAC, SECOND_HOST = machine.OTHER_MAC, "10.0.3.2"

# Since edk2-stable202502 OVMF starts its iSCSI initiator only for who asks.
INITIATOR_WANTED = "-fw_cfg", "name=opt/org.tianocore/ISCSISupport,string=yes"


class FirmwareWentOn(AssertionError):
    """It has not found its disk, and looks for something else to start."""


def _watch(watcher, seconds, text):
    if re.search(r"Start PXE over", text):
        raise FirmwareWentOn(f"the firmware has no disk: {text}")
    if watcher:
        watcher(seconds, text)


class Edk2Boot(Boot):
    """`attempts`: what they are, given the target's port. `change`: of what the machine says to
    its target, as of rewriting.relaying(). `ipv6`: the first NIC's settings (edk2_ipv6.py); the
    target is then where that reaches it. `suite`: of Debian, whose firmware it is."""

    netdev = machine.USER_NETWORK  # what the first NIC is plugged into
    host = rewriting.LOOPBACK      # where the target listens

    # pylint: disable-next=too-many-arguments
    def __init__(self, name, attempts, change=None, ipv6=b"", suite="", **options):
        if suite:
            self.processor = processor.with_firmware_of(suite)
        super().__init__(name, UEFI, **options)
        self._attempts = attempts
        self._change = change
        self._ipv6 = ipv6
        self._port = None

    @contextlib.contextmanager
    def serving(self):
        with super().serving(), contextlib.ExitStack() as life:
            self._port = self.target.port
            if self._change:
                self._port = life.enter_context(rewriting.relaying(
                    self._port, self._change, self.host, self.host))
            yield

    @contextlib.contextmanager
    def serving_disk(self):
        with target.serving(self.workspace, self.disk.path, self._chap,
                            "[::1]" if self._ipv6 else "127.0.0.1") as self.target:
            yield

    @contextlib.contextmanager
    def guest(self, watcher=None):
        with super().guest(functools.partial(_watch, watcher)) as qemu:
            yield qemu

    def _machine(self, port):
        attempts = self._attempts(self._port)
        with open(self.processor.firmware[1], "rb") as pristine:
            settings = variables(pristine.read(), attempts, self._ipv6)
        guest = machine.Machine(self.workspace, "", [
            *_nic("net", machine.MAC), *INITIATOR_WANTED,
            *machine.uefi_arguments(self.workspace, settings, self.processor)], self.netdev)
        if any(one.mac == SECOND_MAC for one in attempts):
            guest.add("-netdev", "user,id=net2,net=10.0.3.0/24", *_nic("net2", SECOND_MAC))
        return guest


def _nic(network, mac):
    # Without iPXE's ROM, which would come first.
    return "-device", f"virtio-net-pci,netdev={network},mac={mac},romfile="
