"""A LUN that comes later than its target: a storage server answers before its volumes are there."""

import contextlib
import unittest

from harness.boot import KERNEL, START_LIMIT, Boot
from harness.target import LUN

NOT_YET = rf"isboot: .*LUN {LUN} .*not there yet, looking for \d+ s more"


class BootWithoutLun(Boot):
    """The target has no LUN until the machine has missed it."""

    def __init__(self, name, then):
        super().__init__(name, KERNEL)
        self._then = then

    @contextlib.contextmanager
    def serving(self):
        with super().serving():
            self.target.admin("--mode", "logicalunit", "--op", "delete", "--tid", 1, "--lun", LUN)
            yield

    def before_root(self):
        self.console.wait_for(NOT_YET, START_LIMIT, "that the LUN is missing")
        self._then(self)


class LateLun(unittest.TestCase):

    def test_is_waited_for(self):
        """The LUN is added while isboot looks for it."""
        self._boot("late-lun", lambda boot: boot.target.admin(
            "--mode", "logicalunit", "--op", "new", "--tid", 1, "--lun", LUN,
            "--backing-store", boot.disk.path))

    def test_target_goes_away_once_more(self):
        """The target ends while isboot looks for the LUN, so that the kernel holds the scan, and
        comes back with it."""
        def restart(boot):
            boot.target.kill()
            boot.console.wait_for(r"isboot: .*refused.*trying again", START_LIMIT, "the next login")
            boot.target.start()
        self._boot("late-lun-target-away", restart)

    @staticmethod
    def _boot(name, then):
        boot = BootWithoutLun(name, then)
        boot.prove()


if __name__ == "__main__":
    unittest.main()
