"""An iSCSI target of the run's own: tgtd on a free port of the loopback interface."""

import contextlib
import os
import socket
import subprocess
import time

from .process import run, running

NAME = "iqn.2026-11.org.example:isboot-vm"
LUN = 1
START_LIMIT_S = 10
TRIES = 5


class Target:
    """`port`: where it listens; from a guest of QEMU's user networking it is 10.0.2.2:`port`."""

    def __init__(self, workspace, port):
        self.port = port
        self._directory = workspace.path
        # tgtd appends ".<control port>". A path relative to the run's directory keeps it short
        # (108 bytes at most) and apart from every other tgtd of this machine.
        self._environment = dict(os.environ, TGT_IPC_SOCKET="tgt-ipc")

    def admin(self, *arguments):
        return run("tgtadm", "--lld", "iscsi", *arguments, cwd=self._directory,
                   env=self._environment)

    def _serve(self, image):
        self.admin("--mode", "target", "--op", "new", "--tid", 1, "--targetname", NAME)
        self.admin("--mode", "logicalunit", "--op", "new", "--tid", 1, "--lun", LUN,
                   "--backing-store", image)
        self.admin("--mode", "target", "--op", "bind", "--tid", 1, "--initiator-address", "ALL")

    @contextlib.contextmanager
    def _running(self):
        command = ("tgtd", "-f", "--iscsi", f"portal=127.0.0.1:{self.port}")
        with open(self._directory / "tgtd.log", "ab") as log, \
             running(*command, cwd=self._directory, env=self._environment, stdout=log,
                     stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL) as child:
            self._wait_until_up(child)
            yield

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
def serving(workspace, image):
    """Serves `image` as LUN 1 while the block runs."""
    with contextlib.ExitStack() as stack:
        for left in reversed(range(TRIES)):
            target = Target(workspace, _free_port())
            try:
                stack.enter_context(target._running())
                break
            except PortTaken:
                if left == 0:
                    raise
        target._serve(image)
        yield target


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
