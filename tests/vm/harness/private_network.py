"""A network of the test's own: a namespace with one cable, to the machine, and a DHCP server."""

import contextlib
import ctypes
import os
import signal
import subprocess

from .dhcp_record import DhcpRecord
from .process import run, running

CLONE_NEWNET = 0x40000000  # sched.h
CABLE = "tap0"
HOST = "10.0.2.2"      # the machine's gateway
TARGET = "192.0.2.7"   # behind the gateway
MACHINE = "10.0.2.15"
LEASE_S = 20
# What QEMU plugs the NIC into.
CABLE_NETDEV = f"tap,id=net,ifname={CABLE},script=no,downscript=no"


def reason_to_skip():
    if os.geteuid() != 0:
        return "needs root: makes a network namespace"
    if not os.path.exists("/dev/net/tun"):
        return "needs the kernel's tun"
    return None


def enter_loopback():
    """From here on this process and what it starts see a loopback interface of their own. What has
    to be fetched is fetched before."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace can be made")
    run("ip", "link", "set", "lo", "up")


def enter(target=TARGET):
    """The same, with the cable, and that address behind the gateway."""
    enter_loopback()
    run("ip", "addr", "add", f"{target}/32", "dev", "lo")
    run("ip", "tuntap", "add", CABLE, "mode", "tap")
    run("ip", "addr", "add", f"{HOST}/24", "dev", CABLE)
    run("ip", "link", "set", CABLE, "up")


def lay_cable(number):
    """A further cable, to the machine's NIC `number`, with the host's end in a subnet of its own:
    what QEMU plugs the NIC into."""
    name = f"tap{number}"
    # /sys shows another namespace's.
    if f"{name} " not in run("ip", "-brief", "link").decode():
        run("ip", "tuntap", "add", name, "mode", "tap")
        run("ip", "addr", "add", f"10.0.{2 + number}.2/24", "dev", name)
        run("ip", "link", "set", name, "up")
    return f"tap,id=net{number},ifname={name},script=no,downscript=no"


class DhcpServer:
    """busybox's udhcpd: a lease of `lease_s` seconds, always the same address for `mac`."""

    def __init__(self, workspace, mac, lease_s=LEASE_S):
        self._mac = mac
        self._lease_s = lease_s
        self._workspace = workspace
        self._log = workspace / "udhcpd.log"
        self._config = workspace / "udhcpd.conf"
        self._child = None
        self._record = None

    @contextlib.contextmanager
    def running(self, *options):
        """`options`: further lines of udhcpd.conf."""
        leases = self._workspace / "leases"
        leases.touch()
        self._config.write_text("\n".join((
            f"interface {CABLE}", "start 10.0.2.100", "end 10.0.2.120", "max_leases 20",
            f"static_lease {self._mac} {MACHINE}", "option subnet 255.255.255.0",
            f"option router {HOST}", "option dns 10.0.2.3", f"option lease {self._lease_s}", *options,
            f"lease_file {leases}", f"pidfile {self._workspace / 'udhcpd.pid'}", "")),
            encoding="ascii")
        with contextlib.closing(DhcpRecord()) as self._record, open(self._log, "ab") as log, \
             running("busybox", "udhcpd", "-f", self._config, stdout=log, stderr=log,
                     stdin=subprocess.DEVNULL) as self._child:
            yield self

    @contextlib.contextmanager
    def silent(self):
        """It answers nobody while the block runs."""
        self._child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def leases_given(self):
        """How often the machine got its address, for the first time or again."""
        return self._log.read_text(encoding="ascii").count(f"sending ACK to {MACHINE}")

    def identities(self):
        """(MAC, client identifier in hex or None) of all who asked for an address until now."""
        return self._record.identities()
