"""More than one way to the disk: all are tried at the same time, and all are used."""

import contextlib
import unittest

from harness.kept_machine import KeptMachine
from harness.relay import Relay
from harness.several_nics import SeveralNics

SOON = 30  # isboot.timeout, in seconds: over while the test goes on
NEVER = 600  # isboot.timeout, in seconds: far beyond the test's own limits


class ThreeNics(SeveralNics):
    """The first may not log in: its target lets nobody in who has this secret."""

    targets = ({"name": "iqn.2026-11.org.example:guarded", "chap": "chap", "chap_name": "guest",
                "chap_secret": "not-the-secret-1"}, {}, {})

    def _machine(self, port):
        guest = super()._machine(port)
        image = self.workspace / "guarded.img"
        with open(image, "wb") as file:
            file.truncate(1 << 20)
        admin = self.target.admin
        admin("--mode", "target", "--op", "new", "--tid", 2, "--targetname",
              "iqn.2026-11.org.example:guarded")
        admin("--mode", "logicalunit", "--op", "new", "--tid", 2, "--lun", 1,
              "--backing-store", image)
        admin("--mode", "account", "--op", "new", "--user", "guest",
              "--password", "another-secret-2")
        admin("--mode", "account", "--op", "bind", "--tid", 2, "--user", "guest")
        admin("--mode", "target", "--op", "bind", "--tid", 2, "--initiator-address", "ALL")
        return guest


class DeadNic(SeveralNics):
    """The first has no carrier when the machine starts."""

    @contextlib.contextmanager
    def running(self, watcher=None):
        with super().running(watcher) as qemu:
            self.set_link(0, False)  # seconds before the kernel's driver looks
            yield qemu


class LatePortal(SeveralNics):
    """Nothing listens at the second portal until `relay` does."""

    relay = None

    @contextlib.contextmanager
    def running(self, watcher=None):
        try:
            with super().running(watcher) as qemu:
                yield qemu
        finally:
            self.relay.end()

    def _machine(self, port):
        self.relay = Relay(port)
        self.relay.listen(False)
        self.targets = ({}, {"port": self.relay.port})
        return super()._machine(port)


class Paths(unittest.TestCase):

    def test_dead_nic(self):
        """It delays nothing: the time it would be waited for is longer than the test's limits.
        When its cable is plugged in, its path joins, long after root was mounted."""
        with KeptMachine("network-dead-nic", f"isboot.timeout={NEVER}", DeadNic) as machine:
            self.assertEqual(_portals(machine.status()), {"10.0.3.2"})
            machine.boot.set_link(0, True)
            status = machine.wait_status(lambda status: len(status) == 2, "the second session")
            self.assertEqual(_portals(status), {"10.0.2.2", "10.0.3.2"})
            machine.next_write()
            machine.power_off()
        machine.check()

    def test_late_portal(self):
        """It does not answer within isboot's time. The keeper goes on, also the next
        one, and says so; the path's disk comes when the portal does."""
        with KeptMachine("network-late-portal", f"isboot.timeout={SOON}", LatePortal) as machine:
            self._waits_for_second(machine)
            machine.kill_keeper()
            self._waits_for_second(machine)
            machine.boot.relay.listen(True)
            status = machine.wait_status(
                lambda status: len(status) == 2 and all(session["disk_id"] for session in status),
                "both disks")
            self.assertEqual({session["state"] for session in status}, {"carried"})
            self.assertEqual(len({session["disk_id"] for session in status}), 1)
            self.assertEqual({session["io_waits"] for session in status}, {"off"})
            self.assertEqual(machine.shell("dd if=/dev/sdb of=/dev/null bs=512 count=1 "
                                           "iflag=direct 2>/dev/null; echo $?"), "0")
            machine.next_write()
            machine.power_off()
        machine.check()

    def _waits_for_second(self, machine):
        status = machine.wait_status(
            lambda status: len(status) == 2 and status[1]["state"] in ("waiting", "connecting")
            and status[1]["last_error"], "the session that waits")
        self.assertEqual(status[0]["state"], "carried")
        self.assertIsNone(status[1]["disk"])
        self.assertTrue(status[1]["portal"].endswith(f":{machine.boot.relay.port}"))
        print(f"second session: {status[1]['state']}, {status[1]['last_error']}")

    def test_refused_and_good(self):
        """Wrong CHAP on the first: told, and no hindrance. The other two are both used."""
        with KeptMachine("network-refused-and-good", kind=ThreeNics) as machine:
            status = machine.wait_status(lambda status: len(status) == 2, "two sessions")
            self.assertEqual(_portals(status), {"10.0.3.2", "10.0.4.2"})
            self.assertTrue(all(session["state"] == "carried" for session in status))
            machine.power_off()
        said = "\n".join(text for _, text in machine.boot.console.lines)
        self.assertRegex(said, r"isboot: .*path 1: 10\.0\.2\.2.*authentication failed")
        self.assertRegex(said, r"isboot: .*path [23]: .* is /dev/sda")
        machine.check()


def _portals(status):
    return {session["portal"].rpartition(":")[0] for session in status}


if __name__ == "__main__":
    unittest.main()
