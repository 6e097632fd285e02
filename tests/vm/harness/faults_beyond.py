"""What else may happen to a FaultMachine: to its line, to its target's disk and machine, by another
initiator, while it boots and while it ends."""

import contextlib
import os
import random
import time

from . import rival
from .fault_boot import DISTURBABLE
from .qmp import FROM_GUEST, TO_GUEST

MIB = 1 << 20
GROWS_MIB = 16
BIG_MIB = 8
SECTOR = 512
BOOT_S, END_S = 4, 0.5  # a fault comes so long after the login, or the order to end, at the most
BOTH = (TO_GUEST, FROM_GUEST)


def disturbed(machine, quality, seconds):
    """Its line is bad for a while."""
    if not machine.shell("ls /sys/class/net | grep ifb0 || true"):
        machine.shell(DISTURBABLE)
    machine.disturb(quality)
    machine.rest(seconds)
    machine.disturb("")
    return time.monotonic()


def reset(machine):
    machine.relay.reset()
    return time.monotonic()


def away(machine, seconds):
    machine.stop_target()
    machine.rest(seconds)
    machine.start_target()
    return time.monotonic()


def silent(machine, seconds):
    _lose(machine, True)
    machine.rest(seconds)
    _lose(machine, False)
    return time.monotonic()


def thrown_out(machine):
    """Somebody else logs in as this machine, and stays as long as it may."""
    boot = machine.boot
    machine.rival = rival.log_in(boot.target.port, machine.relay.isid, boot.target.chap)
    return time.monotonic()


def grown(machine, seconds):
    """The target comes back with a larger disk."""
    machine.stop_target()
    image = machine.boot.disk.path
    size = os.path.getsize(image) + GROWS_MIB * MIB
    os.truncate(image, size)
    machine.rest(seconds)
    machine.start_target()
    machine.facts_of_run = {"sectors": size // SECTOR}
    return time.monotonic()


def power_lost(machine, seconds):
    """The target's machine: nobody is told, and it boots again."""
    _lose(machine, True)
    machine.boot.target.kill()
    machine.rest(seconds)
    machine.boot.target.start()
    _lose(machine, False)
    return time.monotonic()


def full(machine, seconds):
    """The target has no room for what is written where nothing was before."""
    small, target = machine.boot.small, machine.boot.target
    before = int(target.peer.ask("dmesg | grep -c 'I/O error'; true"))
    small.fill()
    name = f"/big-{time.monotonic_ns()}"
    machine.shell(f"rm -f /run/big; (dd if=/dev/urandom of={name} bs={MIB} count={BIG_MIB} conv=fsync; "
                  "echo $? >/run/big) >/dev/null 2>&1 &")
    machine.rest(seconds)
    refused = int(target.peer.ask("dmesg | grep -c 'I/O error'; true")) - before
    small.empty()
    if not refused:
        raise AssertionError("the target's disk was never full")
    return time.monotonic()


def while_booting(machine, harm):
    """It boots again after a power cut; the harm comes some time after its login."""
    machine.cut_off()
    machine.stop_target()  # it may be writing still
    lost = machine.lost_on_copy()
    if lost:
        raise AssertionError(f"{lost} acknowledged writes are not on the disk")
    machine.start_target()
    logins = len(machine.relay.logins)

    def meanwhile():
        machine.wait_login(logins)
        _rest_somewhat(machine, BOOT_S)
        return harm(machine)
    return machine.start_guest(meanwhile)


def while_ending(machine, harm):
    """The harm comes some time after the order to power off."""
    machine.end_fio()
    machine.order("power-off")
    _rest_somewhat(machine, END_S)
    return harm(machine)


def _rest_somewhat(machine, most_s):
    after = random.uniform(0, most_s)
    machine.facts_of_run = {"after_s": round(after, 2)}
    machine.rest(after)


def _lose(machine, on):
    # One that was told to end may have done so.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for direction in BOTH:
            machine.monitor.lose(direction, on)
