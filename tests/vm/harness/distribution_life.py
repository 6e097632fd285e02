"""The life of a machine with a whole Debian: to the login prompt, through restarts of the network
managers, the loss of one path of several, an outage, a reboot and a power-off; or through a crash.
Raises where it is not as a user expects."""

import time

from . import distribution, standstill
from .distribution import DistributionMachine
from .distribution_disks import add_second_disk, check_second_disk, check_swap, fill_swap
from .distribution_paths import PathsMachine
from .distribution_roots import PLYMOUTH_LOG, ROOTS
from .managed_machine import POWER_OFF_LIMIT

OUTAGE_S = 30
CUT_S = 15
TOLD_AFTER_S = 10  # three seconds, as a busy host has them
RAMFS_LIMIT = 600  # unpacking dracut's ramfs takes an emulated processor minutes
DUMP_LIMIT = 900
# What kdump-tools has written can be read as the memory of the kernel that died.
READ_DUMP = ("cat /var/crash/[0-9]*/dump.[0-9]* | makedumpfile -R /var/tmp/vmcore && "
             "makedumpfile --dump-dmesg /var/tmp/vmcore /run/dmesg && grep 'Trigger a crash' /run/dmesg")
INTERFACES = "auto lo {nic}\\niface lo inet loopback\\niface {nic} inet dhcp\\n"


def live(name, suite, generator, root=ROOTS["ext4"], make=None):
    """`make`: the machine's class, where the root does not say it."""
    make = make or (PathsMachine if root.paths > 1 else DistributionMachine)
    with make(name, suite, generator, root=root) as machine:
        come_up(machine)
        check_keeper(machine)
        said = [text for _, text in machine.console.lines if "logged in to" in text]
        expect("lines that say so of the login", len(said), machine.sessions)
        _restart_managers(machine)
        if root.second_disk:
            add_second_disk(machine)
        if root.swap:
            fill_swap(machine, root.memory_mib)
        if root.paths > 1:
            _cut_each(machine)
        outage(machine)
        if root.swap:
            check_swap(machine)
        limit = RAMFS_LIMIT if root.shutdown_ramfs else POWER_OFF_LIMIT
        machine.power_off(order="systemctl reboot", last_line="reboot: Restarting system", limit_s=limit)
        _check_end(machine, root, 1)
        machine.start()
        if root.second_disk:
            come_up(machine)
            check_second_disk(machine)
        machine.power_off(limit_s=limit)
        _check_end(machine, root, 2)


def _check_end(machine, root, number):
    """The session was over when the machine was, and who ended it."""
    expect("logouts at the target", machine.logouts(), number * machine.sessions)
    expect("root was unmounted by dracut's shutdown ramfs",
           # dracut 059 says it as a warning, 106 does not.
           machine.console.first(r"dracut(?: Warning)?: Unmounted /oldroot\.$") is not None, root.shutdown_ramfs)


def crash(name, suite, generator, root):
    """The kernel dies. The one that kdump-tools has loaded starts from the same table, writes the
    memory onto root, and the machine starts as ever."""
    with DistributionMachine(name, suite, generator, root=root) as machine:
        come_up(machine)
        expect("a kernel for the crash", machine.order("cat /sys/kernel/kexec_crash_loaded"), "1")
        written = int(machine.order("cat /run/written"))
        machine.end(order="echo c >/proc/sysrq-trigger", last_line="reboot: Restarting system",
                    limit_s=DUMP_LIMIT)
        machine.check_written(written)
        said = [text for _, text in machine.console.lines if "logged in to" in text]
        expect("logins before and after the crash", len(said), 2)
        machine.start()
        come_up(machine)
        machine.finish(READ_DUMP)
        machine.power_off()


class SplashMachine(DistributionMachine):
    """Has a screen, and a target that takes nobody in for a while when the machine starts."""

    def _machine(self, port):
        guest = super()._machine(port)
        guest.add("-device", "VGA")
        return guest

    def _wait_for_start(self):
        # plymouth has the console: the machine says there no more that it waits.
        self.relay.refuse(True)
        deadline = time.monotonic() + distribution.START_LIMIT
        while self.relay.refused == 0 and time.monotonic() < deadline:
            self.console.follow(1)
        self.console.follow(TOLD_AFTER_S)
        self.relay.refuse(False)
        super()._wait_for_start()


def splash(name, suite, generator, root):
    """The kernel is quiet and plymouth shows its picture, from the initramfs on: what is waited for is
    told to both, at each start."""
    with SplashMachine(name, suite, generator, root=root) as machine:
        for number, end in ((1, {"order": "systemctl reboot", "last_line": "reboot: Restarting system"}), (2, {})):
            come_up(machine)
            told = machine.order(f"grep -c 'display.*message.*isboot: ' {PLYMOUTH_LOG} || true")
            if int(told) == 0:
                raise AssertionError("plymouth was told nothing")
            machine.power_off(**end)
            expect("logouts at the target", machine.logouts(), number)
            if number == 1:
                machine.start()


def come_up(machine):
    """To the login prompt, and no unit has failed."""
    machine.wait_until("systemctl is-active serial-getty@ttyS0.service", distribution.START_LIMIT)
    machine.wait_until("systemctl is-system-running | grep -E 'running|degraded'",
                       distribution.START_LIMIT)
    machine.wait_for_login_prompt()
    expect("units failed", machine.order("systemctl --failed --no-legend"), "")


def expect(what, seen, *wanted):
    if seen not in wanted:
        raise AssertionError(f"{what}: {seen!r}, not {' or '.join(map(repr, wanted))}")


def check_keeper(machine):
    """In no unit's control group: that of PID 1, or none."""
    groups = machine.order("cat $(grep -slx -e isboot-keep -e isboot-guard -e isboot-heir /proc/[0-9]*/comm | "
                           "sed s/comm/cgroup/) | sort -u")
    expect("control groups of the keeper", groups, "0::/init.scope", "0::/")


def _restart_managers(machine):
    """One after the other has the NIC and is started again, as when it is upgraded."""
    nic = machine.order("ls /sys/class/net | grep -vx lo | head -n 1")
    # NetworkManager leaves to ifupdown what this file names, so that comes last.
    interfaces = f"printf '{INTERFACES.format(nic=nic)}' >/etc/network/interfaces"
    for order in ("systemctl restart NetworkManager", "systemctl restart NetworkManager",
                  "systemctl stop NetworkManager",
                  "systemctl restart systemd-networkd", "systemctl restart systemd-networkd",
                  "systemctl stop systemd-networkd.socket systemd-networkd", interfaces,
                  "systemctl restart networking", "systemctl restart networking"):
        machine.order(order)
        check_carried(machine)


def check_carried(machine):
    """No session was ever lost while the machine ran, and writes reach the disk."""
    lost = standstill.losses(text for _, text in machine.console.lines)
    expect("the sessions",
           [(session["state"], session["recoveries"] - lost.count(session["session"]))
            for session in machine.status()], [("carried", 0)] * machine.sessions)
    wait_for_write(machine)


def wait_for_write(machine):
    before = machine.order("cat /run/written")
    machine.wait_until(f"test $(cat /run/written) -gt {before}")


def _cut_each(machine):
    """I/O goes on by the other path."""
    for relay in machine.relays:
        relay.listen(False)
        relay.reset()
        machine.console.follow(CUT_S)
        wait_for_write(machine)
        relay.listen(True)
        machine.wait_until("isboot status --line")


def outage(machine, is_over="isboot status --line"):
    """`is_over`: what succeeds in the machine when all that can come back is there."""
    for relay in machine.relays:
        relay.listen(False)
        relay.reset()
    machine.console.follow(OUTAGE_S)
    for relay in machine.relays:
        relay.listen(True)
    machine.wait_until(is_over)
    wait_for_write(machine)
