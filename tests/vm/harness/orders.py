"""Orders to a shell in the machine, over the channel, and its answers (guest/obey)."""

import itertools
import time

from .console import ConsoleError
from .workspace import PROJECT

OBEY = PROJECT / "tests/vm/guest/obey"
LIMIT = 120  # seconds until a busy machine has answered
AGAIN = 20   # seconds after which an order is given again: the machine may have slept
# One series for all machines: what is read back from a disk is given no number twice.
_NUMBERS = itertools.count(1)


def give(console, order):
    """Waits for nothing; the order's number."""
    number = next(_NUMBERS)
    console.say(f"{number} {order}")
    return number


def wait_for_answer(console, number, limit_s, what):
    """The status, and what was said."""
    found = console.wait_for(rf"^ISBOOT-DID {number} (\d+) ?(.*)", limit_s, what)
    return int(found.group(1)), found.group(2).replace("\x1e", "\n").strip()


def ask(console, order, limit_s=LIMIT):
    """Gives an order, with the same number again if no answer comes, and waits for the answer."""
    number = give(console, order)
    deadline = time.monotonic() + limit_s
    while True:
        left = deadline - time.monotonic()
        try:
            return wait_for_answer(console, number, min(AGAIN, left), order)
        except ConsoleError:
            if console.ended or left <= AGAIN:
                raise
        console.say(f"{number} {order}")
