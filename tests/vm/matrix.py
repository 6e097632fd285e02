"""All pairs of what people combine, each in one whole boot or another (harness/covering.py).

  matrix.py                   all rows, two at a time; writes build/vm/matrix/table.md
  matrix.py --row NAME        one row alone, as the table names it
  matrix.py --turn NUMBER     one of those that CI has time for, another one with each number
            --with VALUE ...  of those that have these values
  matrix.py --list            the names
"""

import argparse
import collections
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

from harness import matrix_machine, matrix_rows
from harness.console import ConsoleError
from harness.target import PortTaken
from harness.workspace import BUILD

AT_A_TIME = 2
PASSED, FAILED, NOT_ENDED, NO_ROOM = 0, 1, 4, 5
WORDS = {PASSED: "boots", FAILED: "fails", NOT_ENDED: "did not end", NO_ROOM: "GRUB has no room"}
GOOD = PASSED, NO_ROOM
# The machine, or its loader, has said itself that it does not boot: then it is no matter of time. That UEFI
# starts PXE does not say so: it may be what loads iPXE.
GRUB_IS_FULL = r"error: out of memory"
GAVE_UP = (rf"no iSCSI disk|Kernel panic|not booted|failed to (?:load|start) Boot|No bootable|{GRUB_IS_FULL}"
           r"|you need to load the kernel first")
# The emulator's: one processor has run into an instruction that another one was changing.
CAUGHT_PATCHING = r"Oops: int3"
# What a busy host does to a row, besides the limits of a console's waits.
TOO_BUSY = subprocess.TimeoutExpired, PortTaken
LAST_LINES = 40  # of what a row has printed: a wait shows 25 of its console


class GaveUp(ConsoleError):
    """A line says so."""


def watch(_, text):
    if re.search(CAUGHT_PATCHING, text):
        raise ConsoleError(text)
    if re.search(GAVE_UP, text):
        raise GaveUp(text)


def run_row(name):
    """Boots that row once; one of WORDS."""
    row = matrix_rows.row_of(name)
    boot = matrix_machine.boot_of(row)
    print(f"logs: {boot.workspace.path}")
    try:
        boot.run(watch)
        boot.check()
    except GaveUp as error:
        print(error)
        no_room = matrix_rows.no_room(row) and re.search(GRUB_IS_FULL, str(error))
        return NO_ROOM if no_room else FAILED
    except (AssertionError, *TOO_BUSY) as error:
        print(error)
        return of_error(error)
    boot.workspace.clear()
    return PASSED


def of_error(error):
    """One of WORDS, for a row that did not end well."""
    if isinstance(error, ConsoleError):
        # Who serves the disk by a machine of its own ends at once where its port is taken.
        return FAILED if re.search(r"ended before (?!the peer's start)", str(error)) else NOT_ENDED
    return NOT_ENDED if isinstance(error, TOO_BUSY) else FAILED


def row_of_turn(number, values=()):
    """The name of one that CI has time for, and that has these values."""
    names = [matrix_rows.name_of(row) for row in matrix_rows.rows()
             if matrix_rows.fits_ci(row) and set(values) <= set(row.values())]
    return names[number % len(names)]


def judge(try_it):
    """What `try_it` says; a second time when the host was too busy for the first."""
    status = try_it()
    return try_it() if status == NOT_ENDED else status


def _in_a_process(name):
    """What became of it, after how many seconds, and what it printed."""
    start = time.monotonic()
    said = []

    def try_it():
        done = subprocess.run([sys.executable, __file__, "--row", name], check=False, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said.append(done.stdout)
        return done.returncode

    status = judge(try_it)
    return status if status in WORDS else FAILED, time.monotonic() - start, said[-1]


def table(results):
    """The rows as Markdown: each one's name, and what became of it."""
    head = ["| " + " | ".join([*matrix_rows.AXES, "result"]) + " |",
            "| --- " * (len(matrix_rows.AXES) + 1) + "|"]
    return "\n".join(head + [f"| {name.replace('+', ' | ')} | {WORDS[status]} |"
                             for name, status in results]) + "\n"


def run_all(names):
    """All of them; the table is there from the first on. How often each of WORDS came."""
    path = pathlib.Path(BUILD / "matrix/table.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    results = {}
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        rows = {pool.submit(_in_a_process, name): name for name in names}
        for done in concurrent.futures.as_completed(rows):
            name = rows[done]
            results[name], seconds, said = done.result()
            print(f"{len(results)} of {len(names)}: {name}: {WORDS[results[name]]}, {seconds:.0f} s",
                  *([] if results[name] in GOOD else said.splitlines()[-LAST_LINES:]), sep="\n", flush=True)
            path.write_text(table([(row, results[row]) for row in names if row in results]),
                            encoding="ascii")
    print(path)
    return collections.Counter(results.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", help="only this one")
    parser.add_argument("--turn", type=int, metavar="NUMBER", help="only the row whose turn that is")
    parser.add_argument("--with", nargs="+", default=(), metavar="VALUE", dest="values",
                        help="and of those with these values")
    parser.add_argument("--list", action="store_true", help="only the names")
    parser.add_argument("--strength", type=int, default=2, help="2: all pairs, 3: all triples")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, help="only so many, from the start")
    options = parser.parse_args()
    if options.row:
        sys.exit(run_row(options.row))
    if options.turn is not None:
        name = row_of_turn(options.turn, options.values)
        print(f"{name}: tests/vm/matrix.py --row {name}", flush=True)
        sys.exit(judge(lambda: run_row(name)))
    names = [matrix_rows.name_of(row)
             for row in matrix_rows.rows(options.strength, options.seed)]
    names = names[:options.first]
    if options.list:
        print("\n".join(names))
        return
    ends = run_all(names)
    print(", ".join(f"{count} {WORDS[status]}" for status, count in ends.items()))
    sys.exit(any(status not in GOOD for status in ends))


if __name__ == "__main__":
    main()
