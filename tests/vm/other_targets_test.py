"""From a kernel's start to its power-off on the disk of a target that is not tgt."""

import unittest

from harness import other_targets, process
from harness.target import NAME
from harness.workspace import isboot_binary


class OtherTargets(unittest.TestCase):

    def test_istgt(self):
        self._boot("istgt")

    def test_iesp(self):
        """https://github.com/folkertvanheusden/iESP, which Debian does not have."""
        self._boot("iesp")

    def test_gotgt(self):
        """https://github.com/gostor/gotgt, which Debian does not have either."""
        self._boot("gotgt")

    def _boot(self, kind):
        if not other_targets.program(kind):
            print(f"{kind} is not installed; ISBOOT_TARGET_{kind.upper()} may name its program")
            self.skipTest("not installed")
        boot = other_targets.BootFromOther(kind)
        print(f"logs: {boot.workspace.path}")
        with boot.serving():
            url = f"iscsi:{other_targets.HOST}::{boot.target.port}:{boot.kind.lun}:{NAME}"
            listed = process.run(isboot_binary(), "discover", f"{other_targets.HOST}:{boot.target.port}")
            self.assertIn(NAME.encode(), listed)
            self.assertIn(f"blocks of {boot.kind.block_size} bytes".encode(),
                          process.run(isboot_binary(), "check", url))
            with boot.guest() as qemu:
                boot.wait_for_report()
                boot.wait_for_power_off(qemu)
        boot.check()
        boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
