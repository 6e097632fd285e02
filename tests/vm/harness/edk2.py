"""A machine that UEFI's own iSCSI initiator boots: no iPXE, no script, only the firmware's settings."""

import contextlib
import functools
import json
import os
import re

from . import machine, processor, rewriting, target
from .boot import UEFI, Boot
from .edk2_settings import variables
from .process import run
from .workspace import isboot_binary

# The NICs: one for each network of QEMU's, told apart by their last byte. In the last one is nobody.
SECOND_MAC, SECOND_HOST = machine.OTHER_MAC, "10.0.3.2"
LONELY_MAC = "52:54:00:12:34:58"
OTHER_NETWORKS = {SECOND_MAC: "user,id=net2,net=10.0.3.0/24", LONELY_MAC: "hubport,id=net3,hubid=0"}

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
        self.table = None

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

    def check(self):
        """Of the firmware's table, too, which is then in `table` as `isboot ibft show` has it: made from
        that again, it has the same bytes."""
        super().check()
        written, shown = self.disk.read("/iBFT"), self.workspace / "ibft.json"
        (self.workspace / "ibft.bin").write_bytes(written)
        # Only root is shown secrets.
        as_root = () if os.geteuid() == 0 else ("unshare", "--map-root-user")
        isboot = *as_root, isboot_binary(), "ibft"
        shown.write_bytes(run(*isboot, "show", "--json", "--show-secrets", self.workspace / "ibft.bin"))
        self.table = json.loads(shown.read_text(encoding="utf-8"))
        if run(*isboot, "build", "--layout", "edk2", shown) != written:
            raise AssertionError(f"made again, the firmware's table has other bytes: {self.table}")

    def _machine(self, port):
        attempts = self._attempts(self._port)
        with open(self.processor.firmware[1], "rb") as pristine:
            settings = variables(pristine.read(), attempts, self._ipv6)
        guest = machine.Machine(self.workspace, "", [
            *_nic("net", machine.MAC), *INITIATOR_WANTED,
            *machine.uefi_arguments(self.workspace, settings, self.processor)], self.netdev)
        for number, (mac, network) in enumerate(OTHER_NETWORKS.items(), 2):
            if any(one.mac == mac for one in attempts):
                guest.add("-netdev", network, *_nic(f"net{number}", mac))
        return guest


def _nic(network, mac):
    # Without iPXE's ROM, which would come first.
    return "-device", f"virtio-net-pci,netdev={network},mac={mac},romfile="
