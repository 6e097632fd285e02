"""A machine for faults: KeptMachine with fio in it, and with a relay, CHAP and a lossy cable
between it and its target."""

import contextlib
import fcntl
import functools
import re
import time

from . import console
from .fault_boot import CHAP, LOGGED, PLAIN, TC, FaultBoot
from .kept_machine import KeptMachine
from .process import run
from .workspace import BUILD

WRONG_SECRET = "letters, sixteen"
FLOW_LIMIT = 180  # seconds from a fault's end until a write must have gone through
ANSWER_LIMIT = 120
KEPT = "kept.img"
FALL_ASLEEP = 10
# What tc-netem(8) has counted: those that overtake others go back to the queue's head ("requeues").
NETEM = r"qdisc netem .*? Sent \d+ bytes (\d+) pkt \(dropped (\d+), overlimits \d+ requeues (\d+)\)"
ONCE_ALL = 512 << 10  # bytes that fio writes before it compares them: guest/keeper-init


class FaultMachine(KeptMachine):
    """What may happen to it, and how long its writer waited."""

    def __init__(self, name, variant=PLAIN):
        super().__init__(name, kind=functools.partial(FaultBoot, variant=variant))
        self.lines = []  # of the boots before
        self.facts_of_run = {}  # what a fault tells of itself
        self._slept = False
        self._life = contextlib.ExitStack()
        self._guest = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as life:
            life.enter_context(self.boot.serving())
            life.enter_context(self._guest)
            self.start_guest()
            self._life = life.pop_all()
        return self

    def __exit__(self, *error):
        return self._life.__exit__(*error)

    @property
    def relay(self):
        return self.boot.relay

    @property
    def monitor(self):
        return self.boot.monitor

    def disk_name(self):
        """The kernel's, of the disk that root is on; over several paths, of one of them."""
        return self.boot.report["device"].rstrip("0123456789")

    def disturb(self, quality):
        """What tc-netem(8) has it is done to frames of both directions; "": nothing any more."""
        discipline = f"netem {quality}" if quality else "pfifo"
        commands = " && ".join(f"{TC} qdisc replace dev {link} root {discipline}" for link in ("eth0", "ifb0"))
        self.shell(commands)

    def disturbed(self):
        """Of both directions: frames that were late, that were lost, and that overtook others."""
        said = self.shell(f"{TC} -s qdisc")
        return [tuple(map(int, numbers)) for numbers in re.findall(NETEM, said)]

    def reset(self):
        """Its connections; without one that would be no fault."""
        if not self.relay.reset():
            raise AssertionError("there was no connection to reset")

    def rest(self, seconds):
        self.boot.console.follow(seconds)

    def rest_without_line(self, seconds):
        """The first NIC's. By another path, where there is one, writes go on."""
        self.rest(seconds / 2)
        before = self.acknowledged()
        self.rest(seconds / 2)
        if self.boot.paths > 1 and self.acknowledged() == before:
            raise AssertionError("nothing was written by the other path")

    def stop_target(self):
        self.relay.listen(False)
        self.boot.target.kill()

    def start_target(self):
        self.relay.listen(True)
        self.boot.target.start()

    def change_account(self, secret):
        self.boot.target.chap = (CHAP[0], secret)

    def sleep(self):
        """Suspended to RAM, until the monitor wakes it."""
        self._slept = True
        self.order("shell echo mem > /sys/power/state")
        self.rest(FALL_ASLEEP)

    def replace_if_slept(self):
        """QEMU 7.2 lets a machine sleep or switch itself off once; another one takes its place."""
        if self._slept:
            self.cut_off()
            self.start_guest()

    def cut_off(self, errors_of_disk=False):
        """Power is cut: at once, in the middle of whatever it does. `errors_of_disk`: it has seen some, since
        its disk was broken on purpose."""
        if not errors_of_disk:
            self.expect_no_errors()
        self._qemu.kill()
        self.boot.console.wait_for_end(ANSWER_LIMIT)
        self.lines += [line for line in self.boot.console.lines
                       if not errors_of_disk or not re.search(console.ERRORS_OF_DISK, line[1])]
        self._slept = False
        self._guest.close()

    def start_guest(self, meanwhile=None):
        """Boots it, and returns when that began, or what `meanwhile` returns: a booting machine is
        busy, so one does at a time."""
        with open(BUILD / "boots.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            began = time.monotonic()
            self._qemu = self._guest.enter_context(self.boot.guest())
            began = meanwhile() if meanwhile else began
            self.boot.wait_for_report()
            self._wait_for_fio("runs", ANSWER_LIMIT)
        return began

    def wait_off(self):
        """Until it has ended, as it was told; when that was."""
        self.boot.wait_for_power_off(self._qemu)
        off = time.monotonic()
        self.lines += self.boot.console.lines
        self._guest.close()
        return off

    def expect_all_when_off(self):
        """The image has every acknowledged number, and its file system is clean."""
        self._expect_none_on_console()
        self.boot.check()
        self._expect_all(self.boot.disk)

    def _expect_all(self, root):
        lost = self.acknowledged() - int(root.read("/counter"))
        if lost > 0:
            raise AssertionError(f"{lost} acknowledged writes are not on the disk")

    def acknowledged(self):
        """The greatest number that the writer said is on the disk."""
        said = (re.search(r"ISBOOT-WRITTEN (\d+)$", text)
                for _, text in self.lines + self.boot.console.lines)
        return max((int(found.group(1)) for found in said if found), default=0)

    def wait_login(self, already):
        """Until there are more than so many."""
        deadline = time.monotonic() + FLOW_LIMIT
        while len(self.relay.logins) <= already:
            if self.boot.console.ended or time.monotonic() > deadline:
                raise AssertionError(f"no login within {FLOW_LIMIT} s{self.boot.console.tail()}")
            self.rest(0.05)

    def wait_flow(self, began, ended):
        """Seconds from `ended` until a write had gone through that needed a new login; the login
        itself. Times of time.monotonic()."""
        deadline = time.monotonic() + FLOW_LIMIT
        while time.monotonic() < deadline:
            self.next_write()
            seen = self.boot.console.last_seen_at()
            since = [login for login in self.relay.logins if login.done > began]
            if since and seen > max(since[-1].done, ended):
                return seen - ended, since[-1]
        raise AssertionError(f"no write went through within {FLOW_LIMIT} s")

    def wait_write(self, ended):
        """Seconds from `ended` until a write had gone through."""
        deadline = time.monotonic() + FLOW_LIMIT
        while time.monotonic() < deadline:
            self.next_write()
            if (seen := self.boot.console.last_seen_at()) > ended:
                return seen - ended
        raise AssertionError(f"no write went through within {FLOW_LIMIT} s")

    def lost_writes(self):
        """Acknowledged numbers that the disk does not have; raises when a writer saw an error."""
        acknowledged = self.acknowledged()
        on_disk, fio_state, _ = self._check()
        self.expect_no_errors()
        if fio_state != "runs":
            self.end_fio()  # which says why
            raise AssertionError("fio has ended")
        return max(0, acknowledged - on_disk)

    def wait_compared(self, limit_s):
        """Until fio has read as much as it ever wrote, and found it right."""
        if not self.compares(limit_s):
            self.end_fio()  # which says why

    def compares(self, limit_s):
        """Until fio has read as much as it ever wrote; False when it has ended before."""
        aim = self._check()[2] + ONCE_ALL
        deadline = time.monotonic() + limit_s
        while True:
            _, state, has_read = self._check()
            if state == "ended" or has_read >= aim:
                return state != "ended"
            if time.monotonic() > deadline:
                raise AssertionError(f"fio has not compared everything within {limit_s} s")
            self.rest(1)

    def wait_for_fio_to_end(self, limit_s):
        """Nobody told it to: it has read what it did not write."""
        self._wait_for_fio("ended", limit_s)

    def _wait_for_fio(self, state, limit_s):
        deadline = time.monotonic() + limit_s
        while self._check()[1] != state:
            if time.monotonic() > deadline:
                raise AssertionError(f"fio: not \"{state}\" within {limit_s} s")
            self.rest(1)

    def _check(self):
        """The number on the disk, what fio does, how many bytes it has read."""
        found = re.match(r"counter=(\d*) fio=(\w+) read=(\d*)", self.ask("check")[1])
        return int(found.group(1) or 0), found.group(2), int(found.group(3) or 0)

    def expect_no_errors(self):
        """While it runs: also in the kernel's own log. On a busy host the console loses lines of that."""
        self._expect_none_on_console()
        if (found := self.shell(f"{LOGGED} || true")):
            raise AssertionError(f"errors in the kernel's log: {found}")

    def _expect_none_on_console(self):
        errors = [text for _, text in self.lines + self.boot.console.lines
                  if re.search(self.boot.errors, text)]
        if errors:
            raise AssertionError(f"errors on the console: {errors}")

    def expect_all_on_copy(self):
        """Of a disk whose machine was cut off: a copy, in which the journal was replayed, has every
        acknowledged number."""
        copy = self.boot.disk.copy_root(self.boot.workspace / "cut-off.img")
        copy.replay_journal()
        copy.check()
        self._expect_all(copy)

    def damage(self):
        """What is wrong with such a copy."""
        try:
            self.expect_all_on_copy()
        except (AssertionError, RuntimeError) as error:
            return str(error)
        return ""

    def keep_disk(self):
        run("cp", "--sparse=always", self.boot.disk.path, self.boot.workspace / KEPT)

    def take_kept_disk(self):
        """While nobody has it open; what was acknowledged since it was kept is not on it."""
        (self.boot.workspace / KEPT).replace(self.boot.disk.path)
        self.lines.clear()

    def end_fio(self):
        """Raises if it has seen an error."""
        _, said = self.ask("end-fio")
        facts = dict(re.findall(r"(\w+)=(\d+)", said))
        if facts["status"] != "128" or facts.get("error") != "0":
            raise AssertionError(f"fio ended with an error: {said}")

    def finish(self):
        """Power-off, then what the image must hold."""
        self.expect_no_errors()
        self.power_off()
        self._life.close()
        self.expect_all_when_off()
        self.boot.workspace.clear()
