"""A machine whose keeper is tested: guest/keeper-init runs in it and obeys."""

import json
import re
import time

from . import console, orders
from .boot import KERNEL, Boot
from .workspace import PROJECT

GUEST_INIT = PROJECT / "tests/vm/guest/keeper-init"
ERRORS = console.ERRORS
WRITE_LIMIT = 60  # seconds for a write to go through when the target is there


class KeptMachine:
    """The machine of one test: what its writer has written, and orders to it. `kind`: a Boot
    that boots it in another way."""

    def __init__(self, name, arguments="", kind=Boot):
        self.boot = kind(name, KERNEL, arguments, guest_init=GUEST_INIT)
        self.written = 0
        self._qemu = None

    def __enter__(self):
        self._running = self.boot.running()
        self._qemu = self._running.__enter__()
        self.boot.wait_for_report()
        self.next_write()
        return self

    def __exit__(self, *error):
        return self._running.__exit__(*error)

    def order(self, text):
        """Waits for nothing; the order's number."""
        return orders.give(self.boot.console, text)

    def ask(self, order):
        """The status of an order, and what it said, in one line."""
        status, said = orders.ask(self.boot.console, order)
        return status, said.replace("\n", " ")

    def next_write(self):
        """Waits until one more number has reached the disk."""
        found = self.boot.console.wait_for(r"^ISBOOT-WRITTEN (\d+)", WRITE_LIMIT, "a write")
        self.written = int(found.group(1))

    def status(self):
        """What the keeper says of its sessions; nothing when no keeper runs."""
        _, said = self.ask("status")
        return json.loads(said)["sessions"] if said.startswith("{") else []

    def wait_status(self, holds, what):
        """The first status for which `holds`."""
        deadline = time.monotonic() + WRITE_LIMIT
        while time.monotonic() < deadline:
            status = self.status()
            if status and holds(status):
                return status
            time.sleep(0.2)
        raise AssertionError(f"{what}: not within {WRITE_LIMIT} s; the last status: {status}")

    def wait_lost(self):
        """The status of root's session, once it is lost."""
        return self.wait_status(lambda status: status[0]["state"] != "carried", "the loss")[0]

    def wait_carried(self):
        return self.wait_status(lambda status: status[0]["state"] == "carried", "the recovery")[0]

    def run(self, command):
        """isboot's exit status, and what it prints."""
        return self.ask(f"run {command}")

    def shell(self, command):
        """What a command of the guest's shell prints, in one line; what is not in /run/bin cannot
        be had while the disk is away."""
        status, said = self.ask(f"shell {command}")
        if status != 0:
            raise AssertionError(f"{command}: status {status}: {said}")
        return said

    def wait_for_shell(self, command, said):
        """Until the command prints that."""
        deadline = time.monotonic() + WRITE_LIMIT
        while (found := self.shell(command)) != said:
            if time.monotonic() > deadline:
                raise AssertionError(f"{command}: {found}, not {said}, after {WRITE_LIMIT} s")
            time.sleep(0.5)

    def facts(self):
        return dict(re.findall(r"(\S+)=(\S+)", self.ask("facts")[1]))

    def find_in_keeper(self, text):
        """The mappings of the keeper's memory that have the text, as guest/keeper-init shows
        them."""
        return re.findall(r"before=(\S+) in=(\S+) behind=(\S+)", self.ask(f"find-in-keeper {text}")[1])

    def wait_for(self, pattern, what, limit_s=WRITE_LIMIT):
        return self.boot.console.wait_for(pattern, limit_s, what)

    def away(self, seconds):
        """The target is dead for a while; I/O waits. Afterwards it flows again."""
        self.boot.target.kill()
        self.wait_lost()
        time.sleep(seconds)
        self.boot.target.start()
        self.wait_carried()
        self.next_write()

    def kill_keeper(self):
        """Its guard starts another."""
        self.ask("kill-keeper")

    def kill_guard(self):
        """Its heir takes its place, and has an heir."""
        before = self.shell("pidof isboot-guard")
        self.ask("kill-guard")
        self.wait_for_shell(f"pidof isboot-guard | grep -cvx '{before}' || true", "1")
        self.wait_for_shell("pidof isboot-heir | wc -w", "1")

    def kill_keeper_and_guard(self):
        """And the guard's heir: nobody starts another."""
        self.ask("kill-guards")
        self.kill_keeper()

    def start_keeper(self):
        self.ask("start-keeper")
        self.wait_status(lambda status: True, "the new keeper")

    def power_off(self, options=""):
        self.order(f"power-off {options}".strip())
        self.boot.wait_for_power_off(self._qemu)

    def check(self, errors=ERRORS):
        """No error was seen, and what was acknowledged is on the disk."""
        self.boot.errors = errors
        acknowledged = max(int(found.group(1)) for found in
                           (re.match(r"ISBOOT-WRITTEN (\d+)", text)
                            for _, text in self.boot.console.lines) if found)
        on_disk = int(self.boot.disk.read("/counter"))
        if on_disk < acknowledged:
            raise AssertionError(f"{acknowledged} was acknowledged, the disk has {on_disk}")
        self.boot.check()
        self.boot.workspace.clear()
