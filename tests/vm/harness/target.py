"""An iSCSI target of the run's own: tgtd on a free port of the loopback interface."""

import contextlib
import os
import signal
import socket
import subprocess
import time

from .process import run, running

NAME = "iqn.2026-11.org.example:isboot-vm"
LUN = 1
# As of Target: what a machine proves, and what the target does behind it.
CHAP = ("booter", "not-a-secret-1")
MUTUAL = (*CHAP, "targeter", "not-a-secret-2")
START_LIMIT_S = 10
TRIES = 5


class Target:
    """`port`: where it listens; from a guest of QEMU's user networking it is 10.0.2.2:`port`.
    `chap`: (name, secret) that a login must prove; with (…, name, secret) behind them the target
    proves those."""

    def __init__(self, workspace, host, port, image, chap=None):
        self.port = port
        self._host = host
        self.chap = chap
        self._image = image
        self._child = None
        self._life = contextlib.ExitStack()
        self._directory = workspace.path
        # tgtd appends ".<control port>". A path relative to the run's directory keeps it short
        # (108 bytes at most) and apart from every other tgtd of this machine.
        self._environment = dict(os.environ, TGT_IPC_SOCKET="tgt-ipc")

    def admin(self, *arguments):
        return run("tgtadm", "--lld", "iscsi", *arguments, cwd=self._directory,
                   env=self._environment)

    def kill(self):
        """As a crash: connections end, nothing is said before."""
        self._child.kill()
        self._life.close()

    def start(self):
        """Serves what it served before, at the same port."""
        self._run()
        self._serve()

    def pause(self):
        """It keeps its connections and says nothing any more."""
        self._child.send_signal(signal.SIGSTOP)

    def resume(self):
        self._child.send_signal(signal.SIGCONT)

    def end(self):
        self._life.close()

    def set_account(self):
        """From now on `chap` is what a login must prove."""
        listing = self.admin("--mode", "account", "--op", "show").decode()
        ways = [(self.chap[:2], []), (self.chap[2:], ["--outgoing"])]
        for (name, secret), how in ways[:len(self.chap) // 2]:
            if name in listing:
                self.admin("--mode", "account", "--op", "delete", "--user", name)
            self.admin("--mode", "account", "--op", "new", "--user", name, "--password", secret)
            self.admin("--mode", "account", "--op", "bind", "--tid", 1, "--user", name, *how)

    def _serve(self):
        self.admin("--mode", "target", "--op", "new", "--tid", 1, "--targetname", NAME)
        self.admin("--mode", "logicalunit", "--op", "new", "--tid", 1, "--lun", LUN,
                   "--backing-store", self._image)
        # For who asks for digests: who offers None alone gets none.
        for digest in ("HeaderDigest", "DataDigest"):
            self.admin("--mode", "target", "--op", "update", "--tid", 1, "--name", digest,
                       "--value", "CRC32C")
        if self.chap:
            self.set_account()
        self.admin("--mode", "target", "--op", "bind", "--tid", 1, "--initiator-address", "ALL")

    def _run(self):
        command = ("tgtd", "-f", "--iscsi", f"portal={self._host}:{self.port}")
        with contextlib.ExitStack() as life:
            log = life.enter_context(open(self._directory / "tgtd.log", "ab"))
            self._child = life.enter_context(
                running(*command, cwd=self._directory, env=self._environment, stdout=log,
                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL))
            self._wait_until_up(self._child)
            self._life = life.pop_all()

    def _wait_until_up(self, child):
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise PortTaken(f"tgtd ended at once; see {self._directory}/tgtd.log")
            try:
                listing = self.admin("--mode", "portal", "--op", "show").decode()
            except RuntimeError:
                listing = ""
            if f":{self.port}," in listing:
                return
            time.sleep(0.05)
        raise PortTaken(f"tgtd did not open port {self.port} in {START_LIMIT_S} s; "
                        f"see {self._directory}/tgtd.log")


class PortTaken(RuntimeError):
    """Between choosing a free port and tgtd's opening it, someone else may have been faster."""


@contextlib.contextmanager
def serving(workspace, image, chap=None, host="127.0.0.1"):
    """Serves `image` as LUN 1 at the address `host` while the block runs; `chap` as of Target."""
    for left in reversed(range(TRIES)):
        target = Target(workspace, host, free_port(host), image, chap)
        try:
            target.start()
            break
        except PortTaken:
            if left == 0:
                raise
    try:
        yield target
    finally:
        target.end()


def free_port(host):
    """`host`: an address, of IPv6 in brackets."""
    with socket.socket(socket.AF_INET6 if host.startswith("[") else socket.AF_INET) as probe:
        probe.bind((host.strip("[]"), 0))
        return probe.getsockname()[1]
