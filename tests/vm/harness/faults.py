"""What may happen to a machine whose root is on iSCSI. Each function makes one thing happen to a
FaultMachine and returns when (time.monotonic()) it was over: from then on I/O could flow."""

import collections
import functools
import time

from .fault_machine import CHAP, WRONG_SECRET
from .qmp import FROM_GUEST, TO_GUEST

NO_MEMORY, CUT_OFF = "no-memory", "cut-off"
COMPARE_LIMIT = 180  # seconds; half a minute on a host that is not busy
# `takes_s`: about how long one run takes, for the schedule.
Fault = collections.namedtuple("Fault", "name words run takes_s")


def run_once(machine, fault):
    """From the fault's end, in seconds: until a write had gone through (`flow_s`), until the
    connection came by which the session was back (`retry_s`); ms from there to the first good
    answer (`beyond_ms`); acknowledged writes that the disk lacks (`lost`). Afterwards fio has
    compared as much as it ever wrote."""
    began = time.monotonic()
    ended = fault.run(machine)
    flow_s, login = machine.wait_flow(began, ended)
    if fault.name == NO_MEMORY:
        machine.ask("end-hog", "ISBOOT-HOG-ENDED")
    machine.wait_compared(COMPARE_LIMIT)
    answered = login.answered or login.done
    seen = {"flow_s": round(flow_s, 3), "retry_s": round(login.accepted - ended, 3),
            "beyond_ms": round(1000 * (answered - login.accepted), 1),
            "lost": machine.lost_writes()}
    machine.replace_if_slept()
    return seen


def target_away(machine, seconds):
    machine.stop_target()
    machine.rest(seconds)
    machine.start_target()
    return time.monotonic()


def reset(machine):
    machine.relay.reset()
    return time.monotonic()


def lost_packets(machine, directions, seconds):
    for direction in directions:
        machine.monitor.lose(direction, True)
    machine.rest(seconds)
    for direction in directions:
        machine.monitor.lose(direction, False)
    return time.monotonic()


def unplugged(machine, seconds):
    machine.monitor.plug(False)
    machine.rest(seconds)
    machine.monitor.plug(True)
    return time.monotonic()


def other_tsih(machine):
    """The number that the target gives to the session is never the one it gave before."""
    machine.relay.changes_tsih = True
    return target_away(machine, 1)


def wrong_secret(machine, seconds):
    machine.stop_target()
    machine.change_account(WRONG_SECRET)
    machine.start_target()
    machine.rest(seconds)
    machine.change_account(CHAP[1])
    machine.boot.target.set_account()
    return time.monotonic()


def unavailable(machine, seconds):
    machine.relay.refuse(True)
    machine.rest(seconds)
    machine.relay.refuse(False)
    return time.monotonic()


def keeper_killed(machine):
    """The connection is reset as soon as the keeper is dead; its guard starts another."""
    machine.kill_keeper()
    machine.relay.reset()
    return time.monotonic()


def guard_killed(machine):
    """Its heir takes its place, and starts another keeper when the one of before is killed."""
    machine.kill_guard()
    return keeper_killed(machine)


def keeper_killed_while_away(machine):
    machine.stop_target()
    machine.rest(3)
    machine.kill_keeper()
    machine.rest(1)
    machine.start_target()
    return time.monotonic()


def no_memory(machine, seconds):
    """All memory is taken, again and again, while the target is away and when it comes back."""
    machine.stop_target()
    machine.rest(2)
    machine.order("hog")
    machine.rest(seconds)
    machine.start_target()
    return time.monotonic()


def asleep(machine, seconds):
    """Suspended to RAM; when it wakes up, its connection is gone."""
    machine.sleep()
    machine.relay.reset()
    machine.rest(seconds)
    machine.monitor.wake()
    return time.monotonic()


def cut_off(machine):
    """The machine has no power; a copy of its disk is looked at, then it boots again."""
    machine.cut_off()
    machine.stop_target()
    lost = machine.lost_on_copy()
    if lost:
        raise AssertionError(f"{lost} acknowledged writes are not on the disk")
    machine.start_target()
    return machine.start_guest()


def _fault(name, words, run, takes_s, **options):
    return Fault(name, words, functools.partial(run, **options), takes_s)


ALL = (
    _fault("target-1s", "target killed, back after 1 s", target_away, 20, seconds=1),
    _fault("target-30s", "target killed, back after 30 s", target_away, 50, seconds=30),
    _fault("target-5min", "target killed, back after 5 min", target_away, 320, seconds=300),
    _fault("reset", "TCP reset", reset, 15),
    _fault("lost-both", "packets lost both ways for 3 min", lost_packets, 200,
           directions=(TO_GUEST, FROM_GUEST), seconds=180),
    _fault("lost-to", "packets to the machine lost for 3 min", lost_packets, 200,
           directions=(TO_GUEST,), seconds=180),
    _fault("lost-from", "packets from the machine lost for 3 min", lost_packets, 200,
           directions=(FROM_GUEST,), seconds=180),
    _fault("unplugged", "link down, up after 30 s", unplugged, 60, seconds=30),
    _fault("other-tsih", "target restarted, gives another TSIH", other_tsih, 20),
    _fault("wrong-secret", "target restarted, knows another secret for 5 s", wrong_secret, 50,
           seconds=5),
    _fault("unavailable", "target answers \"service unavailable\" for 20 s", unavailable, 40,
           seconds=20),
    _fault("keeper-killed", "keeper killed with -9, then TCP reset",
           keeper_killed, 20),
    _fault("guard-killed", "guard killed with -9, then the keeper, then TCP reset", guard_killed, 25),
    _fault("keeper-killed-away", "keeper killed with -9 while the target is away",
           keeper_killed_while_away, 25),
    _fault(NO_MEMORY, "all memory taken while the target is away for 15 s, and after",
           no_memory, 50, seconds=15),
    _fault("asleep", "machine suspended to RAM for 30 s, TCP reset meanwhile", asleep,
           80, seconds=20),
    _fault(CUT_OFF, "the machine's power cut while it writes; then it boots again", cut_off, 60),
)
