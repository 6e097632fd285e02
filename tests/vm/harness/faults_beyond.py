"""What else may happen to a FaultMachine: to its line, to its target's disk and machine, by another
initiator, while it boots and while it ends. A fault that hits nothing is no run."""

import contextlib
import os
import random
import time

from . import rival
from .fault_boot import DISTURBABLE
from .process import run
from .qmp import FROM_GUEST, TO_GUEST
from .relay import READ_SIZE

MIB = 1 << 20
GROWS_MIB = 16
SECTOR = 512
ERROR_LIMIT = 60  # seconds until a disk without room has said so
BOOT_S, END_S = 4, 0.5  # a fault comes so long after the login, or the order to end, at the most
TRIES = 8  # to hit a machine that ends, or a cache with something in it
# KiB: only its disk's count, to which each processor adds what it has when it is told to.
UNWRITTEN = "cat /proc/sys/vm/stat_refresh; awk '/^Dirty:/ { print $2 }' /proc/meminfo"
UNDER_WAY_S = 0.2  # until frames that were not lost have come
BOTH = (TO_GUEST, FROM_GUEST)


def disturbed(machine, quality, seconds):
    """Its line is bad for a while."""
    if not machine.shell("ls /sys/class/net | grep ifb0 || true"):
        machine.shell(DISTURBABLE)
    machine.disturb(quality)
    machine.rest(seconds)
    _expect_disturbed(machine, quality)
    machine.disturb("")
    return time.monotonic()


def _expect_disturbed(machine, quality):
    """The kernel has counted what it did, in both directions."""
    machine.facts_of_run = {"disturbed": machine.disturbed()}
    wanted = (True, "loss" in quality, "reorder" in quality)
    hits = [all(number for number, want in zip(numbers, wanted) if want)
            for numbers in machine.facts_of_run["disturbed"]]
    if hits != [True] * len(BOTH):
        raise AssertionError(f"the line was not disturbed: {machine.facts_of_run}")


# What while_booting() and while_ending() do to a machine: each returns None when no connection was in use.

def reset(machine):
    return time.monotonic() if machine.relay.reset() else None


def away(machine, seconds):
    if not machine.relay.in_use():
        return None
    machine.stop_target()
    machine.rest(seconds)
    machine.start_target()
    return time.monotonic()


def silent(machine, seconds):
    _lose(machine, True)
    used = machine.relay.in_use()
    machine.rest(seconds if used else 0)
    _lose(machine, False)
    return time.monotonic() if used else None


def thrown_out(machine, seconds):
    """Somebody else logs in as this machine, and leaves after a while unless the target ends that."""
    boot = machine.boot
    came = time.monotonic()
    with rival.log_in(boot.target.port, machine.relay.isid, boot.target.chap) as other:
        machine.rest(seconds)
        if _ended(other):
            return came
    return time.monotonic()


def _ended(connection):
    """Whether the other side has ended it."""
    connection.setblocking(False)
    try:
        while connection.recv(READ_SIZE):
            pass
    except BlockingIOError:
        return False
    except ConnectionResetError:
        pass
    return True


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


def full(machine, room_mib):
    """The target has no room for what the machine has not written before, and says so. When there is
    room, the machine boots again."""
    machine.stop_target()
    logins = len(machine.relay.logins)
    with _in_little_room(machine.boot.disk.path, room_mib * MIB):
        machine.start_target()
        machine.wait_login(logins)
        machine.wait_write(time.monotonic())
        machine.expect_no_errors()
        logins = len(machine.relay.logins)
        machine.order("shell dd if=/dev/zero of=/fill bs=64k conv=fsync")
        machine.boot.console.wait_for(machine.boot.errors, ERROR_LIMIT, "an error")
        machine.cut_off(errors_of_disk=True)
        if len(machine.relay.logins) != logins:
            raise AssertionError("the machine has logged in anew: no room is no lost session")
        machine.stop_target()
        machine.expect_all_on_copy()
    machine.start_target()
    return machine.start_guest()


@contextlib.contextmanager
def _in_little_room(image, room):
    """`image` is in a file system with room for what it holds and for so many bytes, as root."""
    directory, moved = image.with_suffix(".room"), image.with_suffix(".moved")
    directory.mkdir()
    run("mount", "-t", "tmpfs", "room", directory)
    try:
        run("cp", "--sparse=always", image, directory)
        image.rename(moved)
        image.symlink_to(directory / image.name)
        now = os.statvfs(directory)
        used = (now.f_blocks - now.f_bfree) * now.f_bsize
        run("mount", "-o", f"remount,size={used + room}", directory)
        yield
        run("cp", "--sparse=always", directory / image.name, moved)
    finally:
        run("umount", "--lazy", directory)
        if moved.exists():
            moved.replace(image)
        directory.rmdir()


def power_lost(machine, seconds):
    """The target's machine: nobody is told, and it boots again."""
    _lose(machine, True)
    machine.boot.target.kill()
    machine.rest(seconds)
    machine.boot.target.start()
    _lose(machine, False)
    return time.monotonic()


def power_lost_with_cache(machine, seconds):
    """The same of one that writes later, while it has something to write: that is lost. What was flushed is
    on the disk, and its file system is as after a power cut of the machine."""
    cache = machine.shell(f"cat /sys/block/{machine.disk_name()}/queue/write_cache").strip()
    if cache != "write back":
        raise AssertionError(f"the machine's disk is written {cache!r}")
    unwritten_kib = _silent_while_unwritten(machine)
    machine.boot.target.kill()
    machine.rest(seconds)
    machine.expect_all_on_copy()
    machine.keep_disk()
    machine.boot.target.start()
    _lose(machine, False)
    machine.facts_of_run = {"unwritten_kib": unwritten_kib}
    return time.monotonic()


def _silent_while_unwritten(machine):
    """Frames are lost from now on; how much the target's machine has not written."""
    for _ in range(TRIES):
        machine.rest(random.uniform(0, 1))
        _lose(machine, True)
        machine.rest(UNDER_WAY_S)
        if unwritten_kib := int(machine.boot.target.peer.ask(UNWRITTEN)):
            return unwritten_kib
        _lose(machine, False)
    raise AssertionError(f"the target's machine had written everything, {TRIES} times")


def while_booting(machine, harm):
    """It boots again after a power cut; the harm comes some time after its login."""
    machine.cut_off()
    machine.stop_target()  # it may be writing still
    machine.expect_all_on_copy()
    machine.start_target()
    logins = len(machine.relay.logins)

    def meanwhile():
        machine.wait_login(logins)
        _rest_somewhat(machine, BOOT_S)
        ended = harm(machine)
        if ended is None:
            raise AssertionError("a machine that had logged in had no connection")
        return ended
    return machine.start_guest(meanwhile)


def while_ending(machine, harm):
    """The harm comes some time after the order to power off. Where the machine was as good as off, it
    boots again for another try, in which the harm comes sooner."""
    for missed in range(TRIES):
        machine.end_fio()
        machine.order("power-off")
        _rest_somewhat(machine, END_S / 2 ** missed)
        machine.facts_of_run["missed"] = missed
        if (ended := harm(machine)) is not None:
            return ended
        machine.wait_off()
        machine.expect_all_when_off()
        machine.start_guest()
    raise AssertionError(f"the machine was off before the fault, {TRIES} times")


def _rest_somewhat(machine, most_s):
    after = random.uniform(0, most_s)
    machine.facts_of_run = {"after_s": round(after, 2)}
    machine.rest(after)


def _lose(machine, on):
    # One that was told to end may have done so.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for direction in BOTH:
            machine.monitor.lose(direction, on)
