"""Targets besides tgt, each serving the disk of a Boot under the name that its table has."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

from . import ibft_table, machine
from .boot import KERNEL, Boot
from .disk import ROOT_LABEL, ROOT_MIB, SECTOR, Root
from .process import run, running
from .target import NAME

START_LIMIT_S = 20
HOST = "127.0.0.1"

ISTGT = """[Global]
  NodeBase "{base}"
  PidFile {folder}/istgt.pid
  AuthFile {folder}/auth.conf
  LogFacility "local7"
  DiscoveryAuthMethod None
  MaxSessions 16
  MaxConnections 4
[UnitControl]
  AuthMethod None
  Portal UC1 {host}:{control}
  Netmask {host}
[PortalGroup1]
  Portal DA1 {host}:{port}
[InitiatorGroup1]
  InitiatorName "ALL"
  Netmask {host}
[LogicalUnit1]
  TargetName "{unit}"
  Mapping PortalGroup1 InitiatorGroup1
  AuthMethod None
  UseDigest Auto
  UnitType Disk
  LUN0 Storage {image} Auto
"""


def istgt(folder, image, port):
    base, _, unit = NAME.partition(":")
    text = ISTGT.format(base=base, folder=folder, host=HOST, control=free_port(), port=port,
                        unit=unit, image=image)
    (folder / "istgt.conf").write_text(text, encoding="ascii")
    (folder / "auth.conf").touch(mode=0o600)
    return "istgt", "-D", "-c", folder / "istgt.conf"


def iesp(_, image, port):
    return (program("iesp"), "-b", "file", "-d", image, "-t", NAME, "-i", HOST, "-p", port, "-L",
            "debug,debug", "-l", "/dev/null")


class Kind:
    """`command(folder, image, port)`, the LUN that is its disk, and the size of that one's blocks."""

    def __init__(self, command, lun, block_size=512):
        self.command = command
        self.lun = lun
        self.block_size = block_size


TARGETS = {"istgt": Kind(istgt, 0), "iesp": Kind(iesp, 1, 4096)}


class WholeDisk(Root):
    """The root file system without partitions, for a disk whose blocks are larger than GPT's here."""

    def __init__(self, workspace, tree, block_size):
        super().__init__(workspace / "whole.img")
        run("mke2fs", "-q", "-t", "ext4", "-b", block_size, "-L", ROOT_LABEL, "-d", tree, "-E",
            "root_owner=0:0", self.path, f"{ROOT_MIB}m")


def program(name):
    """Where it is, None when it is not there; ISBOOT_TARGET_NAME names one that Debian has not."""
    return os.environ.get(f"ISBOOT_TARGET_{name.upper()}") or shutil.which(name)


class OtherTarget:
    """`port`: where it listens, as of target.Target."""

    def __init__(self, port):
        self.port = port


class BootFromOther(Boot):

    def __init__(self, kind):
        super().__init__(f"boot-{kind}", KERNEL)
        self._name = kind
        self.kind = TARGETS[kind]
        if self.kind.block_size != SECTOR:
            self.disk = WholeDisk(self.workspace, self.workspace / "root", self.kind.block_size)

    @contextlib.contextmanager
    def serving(self):
        port = free_port()
        command = self.kind.command(self.workspace.path, self.disk.path, port)
        with open(self.workspace / f"{self._name}.log", "wb") as log, \
             running(*command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as child:
            _wait_until_up(child, port)
            self.target = OtherTarget(port)
            yield

    def _machine(self, port):
        lun = [(ibft_table.TARGET_LUN, self.kind.lun.to_bytes(2, "big"))]
        table = ibft_table.leading_to(port, NAME, machine.INITIATOR, changes=lun)
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                   table)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_until_up(child, port):
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"{child.args} ended with {child.returncode}")
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{child.args} does not listen on port {port}")
