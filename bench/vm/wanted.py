"""How long `isboot boot --wanted` takes to say whether there is a table, from exec to its end: with
one, and on a machine that has none, which is to notice nothing."""

import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import ibft_table, initramfs, machine, target
from harness.kernel import Kernel
from harness.workspace import Workspace, isboot_binary, small_binary

NOBODY = 9  # the port of the table's target: no one is asked
LIMIT_S = 300
BUDGET_MS = 5
NS_PER_INSTRUCTION_LOG2 = 1
# Case → whether there is a table, and the exit status that says so.
CASES = {"a table": (True, "0"), "no table": (False, "3")}


def measure(with_table, status):
    """Milliseconds of each round, on a clock that counts instructions."""
    workspace = Workspace("bench-wanted")
    driver = isboot_binary().parent / "bench/vm/wanted_driver"
    initrd = initramfs.build({"init": driver.read_bytes(), "bin/isboot": small_binary().read_bytes()})
    table = ibft_table.leading_to(NOBODY, target.NAME, machine.INITIATOR) if with_table else None
    guest = machine.from_kernel(workspace, Kernel(), initrd, f"{machine.KERNEL_ARGUMENTS} loglevel=4", table)
    guest.count_instructions(NS_PER_INSTRUCTION_LOG2)
    with guest.running():
        guest.console.wait_for("BENCH-DONE", LIMIT_S, "the last run")
        guest.console.wait_for_end(LIMIT_S)
    workspace.clear()
    said = [re.search(r"BENCH-WANTED .* ms=(\S+) status=(\S+)", text) for _, text in guest.console.lines]
    runs = [(float(found[1]), found[2]) for found in said if found]
    if {ended for _, ended in runs} != {status}:
        raise AssertionError(f"not all ended with {status}: {runs}")
    return [ms for ms, _ in runs]


def main():
    print("exec to end, ms: the first, then the median (least to most) of the others")
    for case, (with_table, status) in CASES.items():
        first, *others = measure(with_table, status)
        print(f"{case:9} {first:6.2f}; {statistics.median(others):6.2f} ({min(others):.2f} to "
              f"{max(others):.2f})  budget {BUDGET_MS}: "
              f"{'met' if max(first, *others) <= BUDGET_MS else 'MISSED'}", flush=True)


if __name__ == "__main__":
    main()
