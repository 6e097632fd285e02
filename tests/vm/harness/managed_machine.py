"""A machine whose root is on iSCSI and whose NIC a network manager takes over: Debian with
systemd, in a private network with short leases."""

import contextlib
import json
import time
import unittest

from . import (console, debian_root, ibft_table, initramfs, machine, orders, packages, private_network,
               target, vlan_switch)
from .disk import ROOT_LABEL, Disk, install_kernel
from .kernel import MODULES, Kernel
from .layered_disk import LayeredDisk
from .workspace import Workspace, init_binary, isboot_binary

ARGUMENTS = (f"{machine.KERNEL_ARGUMENTS} root=LABEL={ROOT_LABEL} rw "
             "systemd.show_status=no systemd.log_target=journal")
# Seconds; several times what a busy host needs.
START_LIMIT = 300
ORDER_LIMIT = 180
RENEWAL_LIMIT = 10 * private_network.LEASE_S
POWER_OFF_LIMIT = 180
# For a file system that cannot be as small as ext4.
ROOM_MIB = 640
# Where the fixture of ibft_table has the IPv4 part of the target's address, and the NIC's VID.
TARGET_ADDRESS = 0x180 + 6 + 12
NIC_VLAN = 0xa0 + 88


def prepare(fetch_more=lambda: None):
    """Before the first machine of a test module: what has to be fetched, then the network that
    this process is in from then on."""
    reason = private_network.reason_to_skip()
    if reason:
        raise unittest.SkipTest(reason)
    Kernel()
    debian_root.fetch()
    fetch_more()
    private_network.enter()


class ManagedMachine:
    """`wants`: the unit that manages the network from the boot on. `files`: path in the root →
    text. `vlan`: its VID, 0 for none. `ipxe`: it starts by iPXE, which does as DHCP tells it; else
    QEMU loads the kernel and makes the table. `archive`: of its packages, `more` of these, and of
    its `kernel`, if that is not given. `file_system`: root's; not ext4: not with `ipxe`."""

    sessions = 1
    start_limit = START_LIMIT
    root_on_iscsi = "yes"
    uefi = False  # of a machine that starts by iPXE
    # What no line of the console may say.
    errors = console.ERRORS
    # What a line of `ip monitor` says of a boot NIC that concerns root: loopback is ifdown's to
    # take; a multicast route of another table says nothing.
    touched = r"eth0.*(10\.0\.2\.|192\.0\.2\.|state|NO-CARRIER)"

    # pylint: disable-next=too-many-arguments
    def __init__(self, name, wants, files=None, vlan=0, ipxe=False, archive=packages.HOST, more=(),
                 kernel=None, file_system="ext4"):
        self.workspace = Workspace(name)
        self.server = private_network.DhcpServer(self.workspace, machine.MAC)
        self.console = None
        self.busy = ("/run/written",)  # files with a number that grows while I/O goes on
        self._vlan = vlan
        self._ipxe = ipxe
        self._qemu = None
        self._port = None
        self._kernel = kernel or Kernel(archive)
        modules = self._kernel.module_files((*MODULES, "8021q", file_system))
        self._initrd = initramfs.build({"init": init_binary().read_bytes(), **modules})
        self._arguments = f"{ARGUMENTS} rootfstype={file_system} systemd.wants={wants}"
        tree = debian_root.make(self.workspace, self._kernel, {"isboot": isboot_binary()}, files,
                                debian_root.fetch(archive, more))
        install_kernel(tree, self._kernel, self._initrd, self._arguments)
        self.disk = (Disk(self.workspace, tree, debian_root.ROOT_MIB) if file_system == "ext4" else
                     LayeredDisk(self.workspace, tree, ROOM_MIB, file_system))
        self._life = contextlib.ExitStack()

    def __enter__(self):
        with self._life:
            self._port = self._serve().port
            self._life.enter_context(self.server.running(*self._dhcp_options(self._port)))
            if self._vlan:
                self._life.enter_context(
                    vlan_switch.running(self.workspace, private_network.CABLE, self._vlan))
            self.start()
            self._life = self._life.pop_all()
        return self

    def start(self):
        """Switches the machine on; returns when its system is up."""
        guest = self._machine(self._port)
        self._qemu = self._life.enter_context(guest.running())
        self.console = guest.console
        self._wait_for_start()

    def __exit__(self, *error):
        return self._life.__exit__(*error)

    def say(self, command):
        """Gives the shell in the machine `command`, and waits for nothing."""
        orders.give(self.console, command)

    def order(self, command):
        """What a shell in the machine prints for `command`, which must succeed."""
        status, said = orders.ask(self.console, command, ORDER_LIMIT)
        if status != 0:
            raise AssertionError(f"{command!r} ended with {status}: {said}")
        return said

    def wait_until(self, command, limit_s=ORDER_LIMIT):
        """Until `command` succeeds in the machine."""
        deadline = time.monotonic() + limit_s
        while self.order(f"({command}) >/run/said 2>&1 && echo yes || echo no") != "yes":
            if time.monotonic() > deadline:
                raise AssertionError(f"{command!r} does not succeed: {self.order('cat /run/said')}")
            time.sleep(1)

    def wait_for_renewals(self, number=2):
        """Until the server has given the lease again, `number` times from now on."""
        wanted = self.server.leases_given() + number
        deadline = time.monotonic() + RENEWAL_LIMIT
        while self.server.leases_given() < wanted:
            if time.monotonic() > deadline:
                raise AssertionError(f"no renewal within {RENEWAL_LIMIT} s")
            self.console.follow(1)

    def check_undisturbed(self):
        """The connection to the target is the one that isboot made; the disk takes writes; no
        address, route or link of the boot NIC ever went away."""
        # "expires": the kernel's route of an advertisement, in whose place the manager's is. The
        # kernel's route of an address that gets another metric (networkd 257) is there anew before
        # the old one goes.
        gone = self.order("ip route show proto kernel | cut -d ' ' -f 1 >/run/on-link; "
                          "grep -E 'Deleted|state DOWN|NO-CARRIER' /run/monitor.log | "
                          "grep -vE \"Deleted ($(paste -sd '|' /run/on-link)) .*proto kernel\" | "
                          f"grep -E '{self.touched}' | grep -vE 'expires (0|-[0-9]+)sec' || true")
        if gone:
            raise AssertionError(f"taken away: {gone}")
        sessions = self.status()
        if len(sessions) != self.sessions or any(
                session["recoveries"] != 0 or session["state"] != "carried" for session in sessions):
            raise AssertionError(f"a session was lost: {sessions}")
        for file in self.busy:
            self.wait_until(f"before=$(cat {file}); sleep 2; test $(cat {file}) -gt $before")

    def status(self):
        """What isboot says of its sessions."""
        return json.loads(self.order("isboot status --json | tr -d '\\n'"))["sessions"]

    def end(self, order="systemctl poweroff", last_line="reboot: Power down", limit_s=POWER_OFF_LIMIT):
        """Shuts down as a user does."""
        self.say(order)
        self.console.wait_for(last_line, limit_s, f"the end by {order}")
        self.console.wait_for_end(POWER_OFF_LIMIT)
        self._qemu.wait(POWER_OFF_LIMIT)

    def power_off(self, **how):
        """Shuts down; what the writer was told is on the disk must be there."""
        written = int(self.order("cat /run/written"))
        self.end(**how)
        self.check_disk(written)

    def check_disk(self, written):
        """Nothing that was acknowledged is missing, and no error was seen."""
        self.check_written(written)
        self.disk.check()

    def check_written(self, written):
        """The same of a disk whose file systems are still to be recovered."""
        on_disk = int(self.disk.read("/counter"))
        if on_disk < written:
            raise AssertionError(f"{written} was acknowledged, the disk has {on_disk}")
        self.console.expect_no_error(self.errors)

    def _serve(self):
        """What the machine finds as its target."""
        return self._life.enter_context(
            target.serving(self.workspace, self.disk.path, host=private_network.TARGET))

    def _dhcp_options(self, port):
        if not self._ipxe:
            return ()
        # RFC 4173; option 203 is iPXE's for the initiator's name.
        return (f"option rootpath iscsi:{private_network.TARGET}:tcp:{port}:{target.LUN}:{target.NAME}",
                f"option 0xcb {machine.INITIATOR.encode().hex()}")

    def _machine(self, port):
        netdev = vlan_switch.NETDEV if self._vlan else private_network.CABLE_NETDEV
        if self._ipxe:
            return machine.from_ipxe(self.workspace, "virtio-net-pci", self.uefi, netdev)
        address = bytes(int(part) for part in private_network.TARGET.split("."))
        table = ibft_table.leading_to(
            port, target.NAME, machine.INITIATOR,
            changes=[(TARGET_ADDRESS, address), (NIC_VLAN, self._vlan.to_bytes(2, "little"))])
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments, table,
                                   netdev=netdev)

    def _wait_for_start(self):
        report = self.console.wait_for(r"ISBOOT-REPORT root_on_iscsi=(\S+)", self.start_limit,
                                       "the system's start")
        if report.group(1) != self.root_on_iscsi:
            raise AssertionError(f"root is on the session's disk: {report.group(1)}")
        self.wait_until("systemctl is-active default.target", self.start_limit)
