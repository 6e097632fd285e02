"""What a busy host does to a machine is not taken for a fault of what runs in it, nor the reverse."""

import unittest

from harness.standstill import losses

# Seen on 27 November 2026: no line of the machine for 27 s before it.
LATE = ("[  299.147530]  connection1:0: ping timeout of 15 secs expired, recv timeout 5, "
        "last rx 4294960358, last ping 4294961664, now 4294967088")
IN_TIME = LATE.replace("4294967088", str(4294961664 + 15 * 250 + 64))


class Standstill(unittest.TestCase):

    def test_timer_that_came_late(self):
        self.assertEqual(losses(["systemd[1]: Started", LATE, LATE.replace("connection1", "connection2")]),
                         [1, 2])

    def test_target_that_did_not_answer(self):
        self.assertEqual(losses([IN_TIME, "isboot: 62.692 session 1: the target answers no longer"]), [])


if __name__ == "__main__":
    unittest.main()
