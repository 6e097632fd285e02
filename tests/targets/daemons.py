"""Real targets on loopback, each with its own free ports, gone when the block ends.

Every daemon serves one disk as LUN 1 (tgt) or LUN 0 (the others) under six names, AUTH-DIGEST
with AUTH none, chap, mutual and DIGEST none, both.
"""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "vm"))
from harness.process import run, running  # noqa: E402

BASE = "iqn.2026-11.org.example"
USER, SECRET = "initiator-user", "initiator secret"
REVERSE_USER, REVERSE_SECRET = "target-user", "target's secret"
AUTHS = ("none", "chap", "mutual")
DIGESTS = ("none", "both")
DISK_SIZE = 16 << 20
START_S = 20


def name_of(auth, digest):
    return f"{BASE}:{auth}-{digest}"


def free_port(host="127.0.0.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def wait_for_port(child, host, port):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"{child.args} ended with {child.returncode}")
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{child.args} does not listen on {host} port {port}")


def make_disk(folder):
    """16 MiB with an MBR that has one partition."""
    disk = folder / "disk.img"
    with disk.open("wb") as file:
        file.truncate(DISK_SIZE)
        file.seek(446)
        file.write(bytes([0x80, 0, 2, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little")
                   + (4096).to_bytes(4, "little"))
        file.seek(510)
        file.write(b"\x55\xaa")
    return disk


class Daemon:
    """Where a daemon listens, and what is known of it."""

    def __init__(self, lun, port, port6=None, said_over_ipv6=None):
        self.lun, self.port, self.port6 = lun, port, port6
        self.said_over_ipv6 = said_over_ipv6  # JSON of a check where we cannot reach it so

    def url(self, target, lun=None, ipv6=False):
        host, port = ("[::1]", self.port6) if ipv6 else ("127.0.0.1", self.port)
        return f"iscsi:{host}::{port}:{self.lun if lun is None else lun:x}:{target}"


@contextlib.contextmanager
def tgt(folder):
    disk = make_disk(folder)
    port, port6 = free_port(), free_port("::1")
    control = str(free_port() % 30000 + 1000)  # a number that names tgtd's control socket

    def tgtadm(*words):
        run("tgtadm", "-C", control, "--lld", "iscsi", *words)

    with running("tgtd", "-f", "-C", control,
                 "--iscsi", f"portal=127.0.0.1:{port},portal=[::1]:{port6}",
                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        wait_for_port(child, "127.0.0.1", port)
        for user, secret in ((USER, SECRET), (REVERSE_USER, REVERSE_SECRET)):
            tgtadm("--op", "new", "--mode", "account", "--user", user, "--password", secret)
        for tid, (auth, digest) in enumerate(((a, d) for a in AUTHS for d in DIGESTS), 1):
            target = ("--mode", "target", "--tid", str(tid))
            tgtadm("--op", "new", *target, "-T", name_of(auth, digest))
            tgtadm("--op", "new", "--mode", "logicalunit", "--tid", str(tid), "--lun", "1",
                   "-b", str(disk))
            tgtadm("--op", "bind", *target, "-I", "ALL")
            account = ("--op", "bind", "--mode", "account", "--tid", str(tid))
            if auth != "none":
                tgtadm(*account, "--user", USER)
            if auth == "mutual":
                tgtadm(*account, "--user", REVERSE_USER, "--outgoing")
            if digest == "both":
                for key in ("HeaderDigest", "DataDigest"):
                    tgtadm("--op", "update", *target, "--name", key, "--value", "CRC32C")
        yield Daemon(1, port, port6)


ISTGT_CONF = """
[Global]
  NodeBase "{base}"
  PidFile {folder}/istgt.pid
  AuthFile {folder}/auth.conf
  MediaDirectory {folder}
  LogFacility "local7"
  Timeout 30
  NopInInterval 20
  DiscoveryAuthMethod None
  MaxSessions 16
  MaxConnections 4
  MaxR2T 32
  MaxOutstandingR2T 16
  DefaultTime2Wait 2
  DefaultTime2Retain 60
  FirstBurstLength 262144
  MaxBurstLength 1048576
  MaxRecvDataSegmentLength 262144
  InitialR2T Yes
  ImmediateData Yes
  DataPDUInOrder Yes
  DataSequenceInOrder Yes
  ErrorRecoveryLevel 0
[UnitControl]
  AuthMethod None
  Portal UC1 127.0.0.1:{control}
  Netmask 127.0.0.1
[PortalGroup1]
  Portal DA1 127.0.0.1:{port}
  Portal DA2 [::1]:{port6}
[InitiatorGroup1]
  InitiatorName "ALL"
  Netmask 127.0.0.1
  Netmask [::1]
"""

ISTGT_UNIT = """
[LogicalUnit{number}]
  TargetName "{target}"
  Mapping PortalGroup1 InitiatorGroup1
  AuthMethod {method}
  AuthGroup AuthGroup1
  UseDigest {digest}
  UnitType Disk
  LUN0 Storage {disk} Auto
"""


@contextlib.contextmanager
def istgt(folder):
    disk = make_disk(folder)
    port, port6, control = free_port(), free_port("::1"), free_port()
    conf = ISTGT_CONF.format(base=BASE, folder=folder, port=port, port6=port6, control=control)
    methods = {"none": "None", "chap": "CHAP", "mutual": "CHAP Mutual"}
    for number, (auth, digest) in enumerate(((a, d) for a in AUTHS for d in DIGESTS), 1):
        conf += ISTGT_UNIT.format(number=number, target=f"{auth}-{digest}", disk=disk,
                                  method=methods[auth],
                                  digest="Header Data" if digest == "both" else "Auto")
    (folder / "istgt.conf").write_text(conf)
    auth_file = folder / "auth.conf"
    auth_file.write_text(f'[AuthGroup1]\n  Auth "{USER}" "{SECRET}" '
                         f'"{REVERSE_USER}" "{REVERSE_SECRET}"\n')
    os.chmod(auth_file, 0o600)
    with running("istgt", "-D", "-c", str(folder / "istgt.conf"),
                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        wait_for_port(child, "127.0.0.1", port)
        yield Daemon(0, port, port6)
