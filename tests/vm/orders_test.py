"""Orders and their answers, with a shell of this host in the place of the machine's."""

import socket
import subprocess
import unittest
from unittest import mock

from harness import orders
from harness.console import Console, Stream

SHELL = f"carry_out() {{ said=$(eval \"$1\" 2>&1); }}; . {orders.OBEY}; obey"
SLOW = "sleep 1; echo done; echo $number >&3"


class Orders(unittest.TestCase):

    def setUp(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        with theirs:
            # What an order writes to descriptor 3 tells how often it was carried out.
            shell = subprocess.Popen(  # pylint: disable=consider-using-with
                ["sh", "-c", f"exec 3>&2 2>/dev/null; {SHELL}"], stdin=theirs, stdout=theirs,
                stderr=subprocess.PIPE)
        self.addCleanup(shell.stderr.close)
        self.addCleanup(shell.wait)
        self.addCleanup(shell.kill)
        self._shell = shell
        screen = open("/dev/null", "rb")  # pylint: disable=consider-using-with
        self.addCleanup(screen.close)
        self._console = Console(Stream(screen.fileno(), "/dev/null"),
                                Stream(ours.fileno(), "/dev/null"))
        self.addCleanup(self._console.close)

    def test_status_and_words(self):
        self.assertEqual(orders.ask(self._console, "echo one; echo '  two | three'; exit 3"),
                         (3, "one\n  two | three"))
        self.assertEqual(orders.ask(self._console, "true"), (0, ""))

    def test_one_that_is_given_again_is_carried_out_once(self):
        with mock.patch.object(orders, "AGAIN", 0.2):
            self.assertEqual(orders.ask(self._console, SLOW), (0, "done"))
        self.assertEqual(orders.ask(self._console, "echo next"), (0, "next"))
        self._shell.kill()
        self.assertEqual(len(self._shell.stderr.readlines()), 1)

    def test_a_late_answer_is_not_the_next_ones(self):
        orders.give(self._console, "sleep 0.5; echo late")
        self.assertEqual(orders.ask(self._console, "echo now"), (0, "now"))


if __name__ == "__main__":
    unittest.main()
