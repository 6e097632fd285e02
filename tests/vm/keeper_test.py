"""A root disk that survives its target: faults under a writer that never sees an error."""

import json
import re
import time
import unittest

from harness.boot import KERNEL, Boot
from harness.machine import HOST
from harness.target import LUN, NAME
from harness.workspace import PROJECT

GUEST_INIT = PROJECT / "tests/vm/guest/keeper-init"
WRITE_LIMIT = 60  # seconds for a write to go through when the target is there
NAME_WITH_CHAP = NAME + "-chap"
SECRET = "sixteen-letters."  # also in guest/keeper-init
SILENCE = 5
IDLE = 20
LOCKED_LIMIT_KIB = 3 << 10
CAPABILITIES = 1 << 12 | 1 << 21 | 1 << 22  # NET_ADMIN, SYS_ADMIN, SYS_BOOT


class Machine:
    """The machine of one test: what its writer has written, and orders to it."""

    def __init__(self, name, arguments=""):
        self.boot = Boot(name, KERNEL, arguments, guest_init=GUEST_INIT)
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
        """What the keeper says of its sessions; nothing when no keeper runs."""
        self.order("status")
        found = self.wait_for(r"ISBOOT-STATUS ?(.*)", "the status")
        return json.loads(found.group(1))["sessions"] if found.group(1) else []

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

    def facts(self):
        self.order("facts")
        found = self.boot.console.wait_for(r"ISBOOT-KEEPER (.*)", WRITE_LIMIT, "the keeper's facts")
        return dict(re.findall(r"(\S+)=(\S+)", found.group(1)))

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
        self.order("kill-keeper")
        self.wait_for(r"ISBOOT-KILLED", "the keeper's end")

    def start_keeper(self):
        self.order("start-keeper")
        self.wait_status(lambda status: True, "the new keeper")

    def power_off(self, options=""):
        self.order(f"power-off {options}".strip())
        self.boot.wait_for_power_off(self._qemu)

    def check(self):
        """No error was seen, and what was acknowledged is on the disk."""
        errors = [text for _, text in self.boot.console.lines
                  if re.search(r"ISBOOT-WRITE-ERROR|I/O error|EXT4-fs error|Oops|BUG:", text)]
        if errors:
            raise AssertionError(f"errors on the console: {errors}")
        acknowledged = max(int(found.group(1)) for found in
                           (re.match(r"ISBOOT-WRITTEN (\d+)", text)
                            for _, text in self.boot.console.lines) if found)
        on_disk = int(self.boot.disk.read("/counter"))
        if on_disk < acknowledged:
            raise AssertionError(f"{acknowledged} was acknowledged, the disk has {on_disk}")
        self.boot.check()
        self.boot.workspace.clear()


class Keeper(unittest.TestCase):

    def test_target_restarts(self):
        """Killed and started again, for a moment and for longer."""
        with Machine("keeper-target-restarts") as machine:
            self.assertEqual(machine.boot.report["creator"], "-1")
            for seconds in (1, 5):
                machine.away(seconds)
            status = machine.status()[0]
            self.assertEqual(status["recoveries"], 2)
            self.assertEqual(status["state"], "carried")
            print(f"recoveries: last {status['last_recovery_ms']} ms, "
                  f"worst {status['worst_recovery_ms']} ms")
            machine.power_off()
        machine.check()

    def test_target_is_silent(self):
        """Connections stay, answers do not come: the kernel's NOPs find out."""
        with Machine("keeper-target-is-silent", "isboot.ping=2,3") as machine:
            machine.boot.target.pause()
            status = machine.wait_lost()
            self.assertEqual(status["last_error"], "the target answers no longer")
            time.sleep(SILENCE)
            machine.boot.target.resume()
            machine.wait_carried()
            machine.next_write()
            self.assertEqual(machine.status()[0]["recoveries"], 1)
            machine.power_off()
        machine.check()

    def test_keeper_is_killed(self):
        """With -9, while all is well and while the target is away; a new one goes on."""
        with Machine("keeper-is-killed") as machine:
            machine.kill_keeper()
            machine.next_write()
            machine.start_keeper()
            machine.away(1)
            machine.boot.target.kill()
            machine.wait_lost()
            machine.kill_keeper()
            machine.boot.target.start()
            machine.start_keeper()
            self.assertEqual(machine.wait_carried()["recoveries"], 1)
            machine.next_write()
            machine.power_off()
        machine.check()

    def test_attached_disk(self):
        """A second session by hand, with CHAP: it comes back too, also by a keeper that must
        find the secrets again; nothing detaches what is in use; it ends alone."""
        with Machine("keeper-attached-disk") as machine:
            self._serve_with_chap(machine.boot)
            url = f"iscsi:{HOST}::{machine.boot.target.port}:{LUN}:{NAME_WITH_CHAP}"
            status, said = machine.run(f"attach {url} --credentials /run/credentials")
            self.assertEqual(status, 0)
            self.assertRegex(said, "/dev/sdb$")
            machine.kill_keeper()
            machine.start_keeper()
            machine.boot.target.kill()
            machine.wait_lost()
            machine.boot.target.start()
            self._serve_with_chap(machine.boot)
            machine.wait_status(
                lambda status: all(session["recoveries"] == 1 and session["state"] == "carried"
                                   for session in status), "both sessions")
            self.assertEqual(machine.run("detach /dev/sdb"), (0, ""))
            self.assertEqual(len(machine.status()), 1)
            status, said = machine.run("detach /dev/sda")
            self.assertIn("mounted", said)
            self.assertEqual(status, 1)
            machine.next_write()
            machine.power_off()
        machine.check()

    def _serve_with_chap(self, boot):
        """A target beside root's; the guest has its secret in /run/credentials."""
        image = boot.workspace / "second.img"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        admin = boot.target.admin
        admin("--mode", "target", "--op", "new", "--tid", 2, "--targetname", NAME_WITH_CHAP)
        admin("--mode", "logicalunit", "--op", "new", "--tid", 2, "--lun", LUN,
              "--backing-store", image)
        admin("--mode", "account", "--op", "new", "--user", "guest", "--password", SECRET)
        admin("--mode", "account", "--op", "bind", "--tid", 2, "--user", "guest")
        admin("--mode", "target", "--op", "bind", "--tid", 2, "--initiator-address", "ALL")

    def test_depends_on_nothing(self):
        """Locked, spared by the kernel and by systemd, with few capabilities, asleep when idle."""
        with Machine("keeper-depends-on-nothing") as machine:
            before = machine.facts()
            self.assertEqual(before["name"], "@isboot")
            self.assertEqual(before["oom"], "-1000")
            self.assertEqual(int(before["capabilities"], 16), CAPABILITIES)
            self.assertLessEqual(int(before["locked_kib"]), LOCKED_LIMIT_KIB)
            time.sleep(IDLE)
            after = machine.facts()
            self.assertEqual(after["wakeups"], before["wakeups"])
            print(f"locked: {after['locked_kib']} KiB; wake-ups in {IDLE} s: 0")
            machine.power_off()
        machine.check()

    def test_shutdown_without_target(self):
        """The target is away for good: a limit, a message, and the machine is off."""
        with Machine("keeper-shutdown-without-target") as machine:
            machine.boot.target.kill()
            machine.wait_lost()
            started = time.monotonic()
            machine.power_off("--limit 3")
            print(f"off after {time.monotonic() - started:.1f} s")
        machine.boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
