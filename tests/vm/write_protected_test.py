"""A disk that nobody may write to: one image for many machines."""

import contextlib
import hashlib
import pathlib
import unittest

from harness.boot import KERNEL, START_LIMIT, Boot
from harness.target import LUN


class WriteProtectedBoot(Boot):

    @contextlib.contextmanager
    def serving(self):
        with super().serving():
            self.target.admin("--mode", "logicalunit", "--op", "update", "--tid", 1, "--lun", LUN,
                              "--params", "readonly=1")
            yield


class WriteProtected(unittest.TestCase):

    def test_boots(self):
        """With `rw` too, which such a disk refuses."""
        boot = WriteProtectedBoot("write-protected", KERNEL, "rw")
        before = digest(boot.disk.path)
        print(f"logs: {boot.workspace.path}")
        boot.run()
        self.assertEqual(boot.report["root_on_iscsi"], "yes")
        self.assertEqual(boot.report["marker_written"], "no")
        boot.console.expect_no_error()
        said = "\n".join(text for _, text in boot.console.lines)
        self.assertRegex(said, r"isboot: .*cannot be made writable.*; next: let the target write")
        self.assertEqual(boot.exit_status, 0)
        self.assertEqual(digest(boot.disk.path), before)
        boot.workspace.clear()

    def test_unclean(self):
        """Its journal cannot be replayed."""
        boot = WriteProtectedBoot("write-protected-unclean", KERNEL)
        boot.disk.leave_unclean()
        before = digest(boot.disk.path)
        print(f"logs: {boot.workspace.path}")
        with boot.running():
            boot.console.wait_for(r"isboot: .*cannot be mounted \(Read-only.*; next: let the target write.*noload",
                                  START_LIMIT, "why there is no root")
        self.assertEqual(digest(boot.disk.path), before)
        boot.workspace.clear()


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


if __name__ == "__main__":
    unittest.main()
