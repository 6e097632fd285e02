"""What may happen to a machine whose root is on iSCSI. Each function makes one thing happen to a
FaultMachine and returns when (time.monotonic()) it was over: from then on I/O could flow."""

import functools
import time
import typing

from . import faults_beyond as beyond
from . import multipath, peer
from .fault_boot import CHAP
from .fault_machine import WRONG_SECRET
from .qmp import FROM_GUEST, TO_GUEST

NO_MEMORY = "no-memory"
COMPARE_LIMIT = 180  # seconds; half a minute on a host that is not busy


def by_login(machine, began, ended):
    """In seconds from the fault's end: until a write had gone through (`flow_s`), until the connection
    came by which the session was back (`retry_s`); ms from there to the first good answer
    (`beyond_ms`). A login that was under way before has waited for that end, and tells neither."""
    flow_s, login = machine.wait_flow(began, ended)
    if login.accepted < ended:
        return {"flow_s": round(flow_s, 3)}
    answered = login.answered or login.done
    return {"flow_s": round(flow_s, 3), "retry_s": round(login.accepted - ended, 3),
            "beyond_ms": round(1000 * (answered - login.accepted), 1)}


def by_boot(machine, began, ended):
    """A machine that boots has no retry interval."""
    return {"flow_s": by_login(machine, began, ended)["flow_s"]}


def by_write(machine, began, ended):
    """The session may have lived through it: how often the machine logged in."""
    flow_s = machine.wait_write(ended)
    return {"flow_s": round(flow_s, 3),
            "logins": sum(login.done > began for login in machine.relay.logins)}


def by_size(machine, began, ended):
    """The kernel sees the larger disk when it looks, dm-multipath when its daemon is told."""
    seen = by_login(machine, began, ended)
    orders = ["for disk in /sys/block/sd*; do echo 1 >$disk/device/rescan; done"]
    disk = f"/dev/{machine.disk_name()}"
    if machine.boot.paths > 1:
        disk = "/dev/mapper/" + multipath.MAP
        orders.append(f"{multipath.OF_INITRAMFS} multipathd resize map {multipath.MAP} >/dev/null")
    sectors = machine.shell("; ".join([*orders, f"busybox blockdev --getsz {disk}"])).strip()
    if sectors != str(machine.facts_of_run["sectors"]):
        raise AssertionError(f"the disk has {sectors} sectors, not {machine.facts_of_run['sectors']}")
    return seen


def by_loss(machine, began, ended):
    """The machine goes on though something that it wrote is gone: whether `fio`, which flushes nothing, sees
    that, and what `damage` the file system has. Then it boots from the disk as the loss left it."""
    seen = by_login(machine, began, ended)
    seen["fio"] = "right" if machine.compares(COMPARE_LIMIT) else "sees the loss"
    machine.cut_off()
    machine.stop_target()
    seen["damage"] = machine.damage()
    machine.take_kept_disk()
    machine.start_target()
    machine.start_guest()
    return seen


def by_end(machine, _, ended):
    """Until the machine is off; what was acknowledged is in the image. Then it boots again."""
    flow_s = machine.wait_off() - ended
    machine.expect_all_when_off()
    machine.start_guest()
    return {"flow_s": round(max(0, flow_s), 3)}


class Fault(typing.NamedTuple):
    """`takes_s`: about how long one run takes, for the schedule. `measure`: what run_once() does after
    it; `target`: the only one that it is for; `cache`: LIO's, as of peer.Peer."""
    name: str
    words: str
    run: typing.Callable
    takes_s: int
    measure: typing.Callable = by_login
    target: str = ""
    cache: str = peer.WRITTEN_THROUGH


def run_once(machine, fault):
    """What `fault.measure` tells, and the acknowledged writes that the disk lacks (`lost`).
    Afterwards fio has compared as much as it ever wrote."""
    machine.facts_of_run = {}
    began = time.monotonic()
    ended = fault.run(machine)
    seen = {**fault.measure(machine, began, ended), **machine.facts_of_run}
    if fault.name == NO_MEMORY:
        machine.ask("end-hog")
    machine.wait_compared(COMPARE_LIMIT)
    seen["lost"] = machine.lost_writes()
    machine.replace_if_slept()
    return seen


def target_away(machine, seconds):
    machine.stop_target()
    machine.rest(seconds)
    machine.start_target()
    return time.monotonic()


def reset(machine):
    machine.reset()
    return time.monotonic()


def lost_packets(machine, directions, seconds):
    for direction in directions:
        machine.monitor.lose(direction, True)
    machine.rest_without_line(seconds)
    for direction in directions:
        machine.monitor.lose(direction, False)
    return time.monotonic()


def unplugged(machine, seconds):
    machine.monitor.plug(False)
    machine.rest_without_line(seconds)
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
    machine.reset()
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
    machine.reset()
    machine.rest(seconds)
    machine.monitor.wake()
    return time.monotonic()


def cut_off(machine):
    """The machine has no power; a copy of its disk is looked at, then it boots again."""
    machine.cut_off()
    machine.stop_target()
    machine.expect_all_on_copy()
    machine.start_target()
    return machine.start_guest()


# pylint: disable-next=too-many-arguments
def _fault(name, words, run, takes_s, measure=by_login, target="", **options):
    return Fault(name, words, functools.partial(run, **options), takes_s, measure, target)


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
    _fault("cut-off", "the machine's power cut while it writes; then it boots again", cut_off, 60, by_boot),
    _fault("lossy", "5 % of the packets lost and a quarter out of order, both ways, for 60 s",
           beyond.disturbed, 80, by_write, quality="loss 5% delay 20ms reorder 25% 50%", seconds=60),
    _fault("slow", "a line of 512 kbit/s with 250 ms of delay each way for 60 s",
           beyond.disturbed, 80, by_write, quality="delay 250ms rate 512kbit", seconds=60),
    _fault("thrown-out", "another initiator with its name and ISID logs in", beyond.thrown_out, 30,
           seconds=10),
    _fault("grown", "target restarted with a larger disk", beyond.grown, 30, by_size, seconds=1),
    _fault("full", "the target's disk is full, later larger; then the machine boots again", beyond.full, 60,
           by_boot, room_mib=4),
    _fault("boot-reset", "TCP reset while it boots", beyond.while_booting, 60, by_boot, harm=beyond.reset),
    _fault("boot-away", "target killed while it boots, back after 5 s", beyond.while_booting, 60, by_boot,
           harm=functools.partial(beyond.away, seconds=5)),
    _fault("boot-silent", "packets lost both ways for 10 s while it boots", beyond.while_booting, 70,
           by_boot, harm=functools.partial(beyond.silent, seconds=10)),
    _fault("end-reset", "TCP reset while it shuts down", beyond.while_ending, 50, by_end,
           harm=beyond.reset),
    # LIO's machine has to boot first: that can take longer than a machine that ends waits for its target.
    _fault("end-away", "target killed while it shuts down, back after 5 s", beyond.while_ending, 50,
           by_end, "tgt", harm=functools.partial(beyond.away, seconds=5)),
    _fault("end-silent", "packets lost both ways for 10 s while it shuts down", beyond.while_ending, 60,
           by_end, harm=functools.partial(beyond.silent, seconds=10)),
    _fault("power-lost", "the target's machine loses its power, and boots again", beyond.power_lost, 90,
           target="lio", seconds=5),
    _fault("power-lost-cached", "the target's machine loses its power, and what it had in its cache alone",
           beyond.power_lost_with_cache, 120, by_loss, "lio", seconds=5)._replace(cache=peer.CACHED),
)


def of(variant):
    """What can happen to such a machine."""
    return [fault for fault in ALL if fault.target in ("", variant.target)]
