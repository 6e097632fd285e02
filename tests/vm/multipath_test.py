"""Root on a device of dm-multipath: two NICs, two portals, cut one at a time and both."""

import unittest

from harness.boot import START_LIMIT
from harness.kept_machine import KeptMachine
from harness.multipath import ERRORS, PING, Multipath, paths_that

LIMITS = "/sys/class/iscsi_session/session*/recovery_tmo"


class LostWhileMade(Multipath):
    """All sessions are lost in the moment in which multipathd makes the device, and udev looks."""

    def before_root(self):
        self.console.wait_for("mpatha: addmap", START_LIMIT, "the device")
        self.target.kill()
        self.target.start()


class OnMultipath(unittest.TestCase):

    def test_lost_while_made(self):
        """udev took the device for one without a path, and never made its partitions."""
        with KeptMachine("multipath-lost-while-made", kind=LostWhileMade) as machine:
            machine.wait_status(lambda status: all(session["recoveries"] > 0 for session in status),
                                "the loss of both")
            self.assertTrue(machine.boot.console.first("udev is told that a path is back"))
            machine.power_off()
        machine.check(ERRORS)

    def test_root(self):
        with KeptMachine("multipath-root", PING, Multipath) as machine:
            status = machine.wait_status(lambda status: len(status) == 2, "the second path")
            self.assertEqual(len({session["disk_id"] for session in status}), 1)
            for number in (0, 1):
                self._cut_one(machine, number)
            self._cut_both(machine)
            self._last_is_not_first(machine)
            self._without_multipathd(machine)
            machine.power_off()
        machine.check(ERRORS)

    def _cut_one(self, machine, number):
        """I/O goes on over the other path, which now has no limit; both fail over again when the
        path is back."""
        machine.boot.set_link(number, False)
        self._wait_lost(machine, 1)
        machine.next_write()
        self.assertEqual(sorted(machine.shell(f"cat {LIMITS}").split())[-1], "off")
        machine.boot.set_link(number, True)
        self._wait_all(machine)
        self.assertEqual(machine.shell(f"cat {LIMITS}"), "5 5")
        print(f"path {number + 1} cut: writes went on")

    def _cut_both(self, machine):
        """Nothing is written for a while, and nothing fails."""
        for number in (0, 1):
            machine.boot.set_link(number, False)
        self._wait_lost(machine, 2)
        machine.shell("sleep 15")
        for number in (0, 1):
            machine.boot.set_link(number, True)
        self._wait_all(machine)
        machine.next_write()

    def _last_is_not_first(self, machine):
        """One is cut, then the last one; the first comes back alone: I/O that the last one holds
        goes there, and its disk comes back with it."""
        machine.boot.set_link(0, False)
        self._wait_lost(machine, 1)
        machine.next_write()
        machine.boot.set_link(1, False)
        self._wait_lost(machine, 2)
        machine.shell("sleep 8")
        machine.boot.set_link(0, True)
        self._wait_lost(machine, 1)
        machine.next_write()
        machine.boot.set_link(1, True)
        self._wait_all(machine)
        machine.wait_for_shell("ls /sys/block/dm-0/slaves | wc -l", "2")
        machine.next_write()

    def _without_multipathd(self, machine):
        """As between the initramfs's and the system's: all paths fail, and nobody but isboot has
        dm-multipath use one again."""
        machine.wait_for_shell(f"cat {LIMITS}", "5 5")
        # One that multipathd has failed and not used again yet would stay so.
        machine.wait_for_shell(paths_that("A"), "2")
        machine.shell("killall -9 multipathd")
        # Nobody may have asked how it ended: then its name is left.
        machine.wait_for_shell("cat /proc/$(pidof multipathd)/maps 2>/dev/null | wc -l", "0")
        # A keeper that is quick takes the second one's limit away, as the last that works.
        machine.shell("kill -STOP $(pidof isboot-keep)")
        machine.boot.target.kill()
        machine.wait_for_shell(paths_that("F"), "2")
        machine.shell("kill -CONT $(pidof isboot-keep)")
        machine.boot.target.start()
        self._wait_all(machine)
        machine.next_write()
        print("all paths failed without multipathd: writes went on")

    def _wait_lost(self, machine, count):
        machine.wait_status(
            lambda status: sum(session["state"] != "carried" for session in status) == count,
            f"{count} paths lost")

    def _wait_all(self, machine):
        self._wait_lost(machine, 0)


if __name__ == "__main__":
    unittest.main()
