"""Targets besides tgt, each serving the disk of a Boot under the name that its table has."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time

from . import ibft_table, machine, rewriting
from .boot import KERNEL, Boot
from .disk import ROOT_LABEL, ROOT_MIB, SECTOR, Root
from .process import run, running
from .target import NAME, PortTaken, free_port

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
  Netmask ALL
[LogicalUnit1]
  TargetName "{unit}"
  Mapping PortalGroup1 InitiatorGroup1
  AuthMethod {method}
  AuthGroup {group}
  UseDigest Auto
  UnitType Disk
  LUN0 Storage {image} Auto
"""


ISTGT_ACCOUNT = """[AuthGroup1]
  Auth {}
"""


def istgt(folder, image, port, chap, host):
    base, _, unit = NAME.partition(":")
    text = ISTGT.format(base=base, folder=folder, host=host, control=free_port(host), port=port,
                        unit=unit, image=image, group="AuthGroup1" if chap else "None",
                        method={0: "None", 2: "CHAP", 4: "CHAP Mutual"}[len(chap)])
    (folder / "istgt.conf").write_text(text, encoding="ascii")
    account = folder / "auth.conf"
    account.touch(mode=0o600)
    if chap:
        account.write_text(ISTGT_ACCOUNT.format(" ".join(f'"{word}"' for word in chap)), encoding="ascii")
    return "istgt", "-D", "-c", folder / "istgt.conf"


def iesp(_, image, port, chap, host):
    if chap:
        raise ValueError("iESP asks for no proof")
    return (program("iesp"), "-b", "file", "-d", image, "-t", NAME, "-i", host, "-p", port, "-L",
            "debug,debug", "-l", "/dev/null")


def gotgt(folder, image, port, chap, host):
    if chap:
        raise ValueError("gotgt asks for no proof")
    settings = {"storages": [{"deviceID": 1000, "path": f"file:{image}", "online": True, "blockShift": 9}],
                "iscsiportals": [{"id": 0, "portal": f"{host}:{port}"}],
                "iscsitargets": {NAME: {"tpgts": {"1": [0]}, "luns": {"1": 1000}}}}
    (folder / ".gotgt").mkdir()
    (folder / ".gotgt/config.json").write_text(json.dumps(settings), encoding="ascii")
    # Its own port for orders is the same for all, unless told otherwise.
    orders = f"tcp://{HOST}:{free_port(HOST)}"
    return ("env", f"HOME={folder}", program("gotgt"), "--host", orders, "daemon", "--log", "warn",
            "--port", port)


class Kind:
    """`command(folder, image, port, chap, host)`, the LUN that is its disk, the size of that one's blocks,
    and whether it serves any address of IPv6."""

    def __init__(self, command, lun, block_size=SECTOR, in_ipv6=False):
        self.command = command
        self.lun = lun
        self.block_size = block_size
        self.in_ipv6 = in_ipv6


# gotgt takes only who connects to just the address that its portal has, of which [::] is none.
TARGETS = {"istgt": Kind(istgt, 0, in_ipv6=True), "iesp": Kind(iesp, 1, 4096), "gotgt": Kind(gotgt, 1)}


class WholeDisk(Root):
    """The root file system without partitions, for a disk whose blocks are larger than GPT's here."""

    def __init__(self, workspace, tree, block_size, root_mib=ROOT_MIB):
        super().__init__(workspace / "whole.img")
        run("mke2fs", "-q", "-t", "ext4", "-b", block_size, "-L", ROOT_LABEL, "-d", tree, "-E",
            "root_owner=0:0", self.path, f"{root_mib}m")


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
    def serving_disk(self):
        with serving(self._name, self.workspace, self.disk.path) as self.target:
            yield

    def _machine(self, port):
        lun = [(ibft_table.TARGET_LUN, self.kind.lun.to_bytes(2, "big"))]
        table = ibft_table.leading_to(port, NAME, machine.INITIATOR, changes=lun)
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                   table)


@contextlib.contextmanager
def serving(kind, workspace, image, chap=(), host=HOST):
    """As target.serving(), by the program `kind`."""
    if host.startswith("[") and not TARGETS[kind].in_ipv6:
        with serving(kind, workspace, image, chap) as behind, \
             rewriting.relaying(behind.port, host=host.strip("[]")) as port:
            yield OtherTarget(port)
        return
    port = free_port(host)
    command = TARGETS[kind].command(workspace.path, image, port, chap, host)
    with open(workspace / f"{kind}.log", "wb") as log, \
         running(*command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as child:
        _wait_until_up(child, host, port)
        yield OtherTarget(port)


def _wait_until_up(child, host, port):
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise PortTaken(f"{child.args} ended with {child.returncode}")
        with contextlib.suppress(OSError), socket.create_connection((host.strip("[]"), port), 1):
            return
        time.sleep(0.05)
    raise PortTaken(f"{child.args} does not listen on port {port}")
