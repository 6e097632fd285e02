"""The short version of `scripts/test --faults`: some faults, once each, in one machine."""

import unittest

from harness import faults, fio
from harness.fault_machine import FaultMachine

SHORT = ("target-1s", "reset", "other-tsih", "keeper-killed", "keeper-killed-away", "asleep",
         "cut-off")
COMPARE_LIMIT = 120  # seconds until fio has read what it wrote


class Faults(unittest.TestCase):

    def test_one_after_the_other(self):
        with FaultMachine("faults-short") as machine:
            for fault in faults.ALL:
                if fault.name not in SHORT:
                    continue
                with self.subTest(fault.name):
                    seen = faults.run_once(machine, fault)
                    print(f"{fault.words}: {seen}", flush=True)
                    self.assertEqual(seen["lost"], 0)
            machine.end_fio()
            machine.finish()

    def test_wrong_data_is_noticed(self):
        """What the table says of checksums is worth something: fio ends when the disk lies."""
        with FaultMachine("faults-wrong-data") as machine:
            machine.rest(5)
            self.assertGreater(fio.spoil(machine.boot.disk.path), 0)
            machine.wait_for_fio_to_end(COMPARE_LIMIT)
            with self.assertRaisesRegex(AssertionError, "fio ended with an error"):
                machine.end_fio()
        machine.boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
