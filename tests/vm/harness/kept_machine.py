"""A machine whose keeper is tested: guest/keeper-init runs in it and obeys over the serial line."""

import json
import re
import time

from . import console
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
        self._qemu.stdin.write(text.encode() + b"\n")
        self._qemu.stdin.flush()

    def next_write(self):
        """Waits until one more number has reached the disk."""
        found = self.boot.console.wait_for(r"^ISBOOT-WRITTEN (\d+)", WRITE_LIMIT, "a write")
        self.written = int(found.group(1))

    def status(self):
        """What the keeper says of its sessions; nothing when no keeper runs, or when a line of
        the kernel's got into the middle of it."""
        self.order("status")
        found = self.wait_for(r"ISBOOT-STATUS ?(.*)", "the status")
        try:
            return json.loads(found.group(1))["sessions"]
        except json.JSONDecodeError:
            return []

    def wait_status(self, holds, what):
        """The first status for which `holds`. Not a line of the kernel log: under load the
        serial console leaves some out."""
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
        self.order(f"run {command}")
        found = self.wait_for(r"ISBOOT-RAN (\d+) ?(.*)", command)
        return int(found.group(1)), found.group(2)

    def shell(self, command):
        """What a command of the guest's shell prints, in one line; what is not in /run/bin cannot
        be had while the disk is away."""
        self.order(f"shell {command}")
        found = self.wait_for(r"ISBOOT-SHELL (\d+) ?(.*)", command)
        if found.group(1) != "0":
            raise AssertionError(f"{command}: status {found.group(1)}: {found.group(2)}")
        return found.group(2)

    def wait_for_shell(self, command, said):
        """Until the command prints that."""
        deadline = time.monotonic() + WRITE_LIMIT
        while (found := self.shell(command)) != said:
            if time.monotonic() > deadline:
                raise AssertionError(f"{command}: {found}, not {said}, after {WRITE_LIMIT} s")
            time.sleep(0.5)

    def facts(self):
        self.order("facts")
        found = self.boot.console.wait_for(r"ISBOOT-KEEPER (.*)", WRITE_LIMIT, "the keeper's facts")
        return dict(re.findall(r"(\S+)=(\S+)", found.group(1)))

    def find_in_keeper(self, text):
        """The mappings of the keeper's memory that have the text, as guest/keeper-init shows
        them."""
        self.order(f"find-in-keeper {text}")
        found = self.wait_for(r"ISBOOT-FOUND ?(.*)", "the look into the keeper's memory")
        return re.findall(r"before=(\S+) in=(\S+) behind=(\S+)", found.group(1))

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
        self.order("kill-keeper")
        self.wait_for(r"ISBOOT-KILLED", "the keeper's end")

    def kill_guard(self):
        """Its heir takes its place, and has an heir."""
        before = self.shell("pidof isboot-guard")
        self.order("kill-guard")
        self.wait_for(r"ISBOOT-KILLED", "the guard's end")
        self.wait_for_shell(f"pidof isboot-guard | grep -cvx '{before.strip()}' || true", "1")
        self.wait_for_shell("pidof isboot-heir | wc -w", "1")

    def kill_keeper_and_guard(self):
        """And the guard's heir: nobody starts another."""
        self.order("kill-guards")
        self.wait_for(r"ISBOOT-KILLED", "the guard's end")
        self.kill_keeper()

    def start_keeper(self):
        self.order("start-keeper")
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
