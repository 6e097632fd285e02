"""A machine that is suspended to its own root disk: the kernel writes what it has into memory to the swap
on that disk, goes off, and is read back by another start, whose initramfs (Debian's, with isboot's
package) has logged in to the same disk. What wakes up has a connection that nobody knows any more.
Needs root, the network and build/package. Not in CI; `scripts/test --distribution`, and --faults."""

import contextlib
import unittest

from harness import matrix_initramfs, orders
from harness.boot import Boot
from harness.disk import ROOT_MIB
from harness.fault_boot import LOGGED, make_findable
from harness.kept_machine import KeptMachine
from harness.layered_disk import SWAP_LABEL, SwapDisk

SUITE, GENERATOR = "bookworm", "initramfs-tools"
ROOM_MIB = 2 * ROOT_MIB  # Debian's initramfs is on it, too
SLEEP_LIMIT = WAKE_LIMIT = 300
FALL_ASLEEP = (f"swapon $(findfs LABEL={SWAP_LABEL}); echo shutdown >/sys/power/disk; "
               "echo disk >/sys/power/state")


class WithSwap(Boot):

    def __init__(self, *arguments, **options):
        kernel, initrd = matrix_initramfs.of(GENERATOR, SUITE, {})
        super().__init__(*arguments, kernel=kernel, initrd=initrd, root_mib=ROOM_MIB, **options)
        self.disk = SwapDisk(self.workspace, self.workspace / "root", ROOM_MIB)

    def change_root(self, tree):
        make_findable(self.errors, tree)


class SleepingMachine(KeptMachine):
    """`sleep_and_wake` is one start more; the target stays."""

    def __init__(self, name):
        super().__init__(name, f"resume=LABEL={SWAP_LABEL}", WithSwap)
        self._life = contextlib.ExitStack()
        self._start = contextlib.ExitStack()

    def __enter__(self):
        with self._life:
            self._life.enter_context(self.boot.serving())
            self._start_machine()
            self.boot.wait_for_report()
            self.next_write()
            self._life = self._life.pop_all()
        return self

    def __exit__(self, *error):
        self._start.close()
        return self._life.__exit__(*error)

    def sleep_and_wake(self):
        """Seconds from its waking up until a number was on the disk which it began to write then."""
        number = self.order(f"shell {FALL_ASLEEP}")
        self.boot.console.wait_for_end(SLEEP_LIMIT)
        self.boot.console.expect_no_error(self.boot.errors)
        self._start.close()
        self._start_machine()
        status, said = orders.wait_for_answer(self.boot.console, number, WAKE_LIMIT, "the end of its sleep")
        if status != 0:
            raise AssertionError(f"it did not sleep: {said}")
        awake = self.boot.console.last_seen_at()
        self.next_write()  # on the disk before, perhaps
        self.next_write()
        return self.boot.console.last_seen_at() - awake

    def _start_machine(self):
        self._qemu = self._start.enter_context(self.boot.guest())


class Hibernation(unittest.TestCase):

    def test_root_is_there_again(self):
        with SleepingMachine("hibernation") as machine:
            born = machine.shell("cat /proc/sys/kernel/random/boot_id")
            for times in (1, 2):
                written = machine.written
                print(f"I/O flows after {machine.sleep_and_wake():.2f} s", flush=True)
                self.assertEqual(machine.shell("cat /proc/sys/kernel/random/boot_id"), born)
                self.assertGreater(machine.written, written)
                self.assertEqual(machine.wait_carried()["recoveries"], times)
                self.assertEqual(machine.shell(f"{LOGGED} || true"), "")
            machine.power_off()
        machine.check()


if __name__ == "__main__":
    unittest.main()
