"""Reboot and power-off by isboot's hook for systemd-shutdown(8), on each kernel and file system: neither
file system nor disk says a word, and the target sees a logout.

ISBOOT_SUITES: the suites of Debian whose kernels are tried (all)."""

import itertools
import os
import unittest

from harness import kernel
from harness.ended_machine import HOOK, EndedMachine
from harness.managed_machine import prepare

SUITES = os.environ.get("ISBOOT_SUITES", "bookworm trixie trixie-backports").split()
FILE_SYSTEMS = ("ext4", "xfs", "btrfs")
KILL_KEEPER = "kill -KILL $(grep -lx isboot-keep /proc/[0-9]*/comm | cut -d / -f 3)"


def setUpModule():  # pylint: disable=invalid-name
    prepare(lambda: [kernel.of_suite(suite) for suite in SUITES])


class CleanEnd(unittest.TestCase):
    """test_FILESYSTEM_SUITE."""

    def _end(self, file_system, suite):
        """Also by a keeper that its guard has started, in the middle of systemd's life."""
        if file_system != "ext4" and os.geteuid() != 0:
            self.skipTest("needs root: fills the file system by mounting it")
        with EndedMachine(f"clean-end-{file_system}-{suite}", HOOK, kernel=kernel.of_suite(suite),
                          file_system=file_system) as machine:
            machine.order(KILL_KEEPER)
            machine.wait_until("isboot status | grep carried")
            machine.power_off(order="systemctl reboot", last_line="reboot: Restarting system")
            self.assertEqual(machine.relay.logouts, 1)
            machine.start()
            machine.power_off()
            self.assertEqual(machine.relay.logouts, 2)


def _case(*what):
    return lambda test: test._end(*what)  # pylint: disable=protected-access


for _what in itertools.product(FILE_SYSTEMS, SUITES):
    setattr(CleanEnd, "test_" + "_".join(_what), _case(*_what))


if __name__ == "__main__":
    unittest.main()
