"""How many instructions `isboot boot --wanted` takes to say whether there is a table, from exec to
its end: with one, and on a machine that has none, which is to notice nothing."""

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
NS_PER_INSTRUCTION_LOG2 = 1
# The kernel's instructions and the program's. 5 ms of this clock are 2.5 million.
BUDGET = 2_600_000
# Case → whether there is a table, and the exit status that says so.
CASES = {"a table": (True, "0"), "no table": (False, "3")}


def measure(with_table, status):
    """Instructions of each round."""
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
    return [ms * 1e6 / 2**NS_PER_INSTRUCTION_LOG2 for ms, _ in runs]


def main():
    print("instructions from exec to end: the first, then the median (least to most) of the others")
    above = 0
    for case, (with_table, status) in CASES.items():
        first, *others = measure(with_table, status)
        met = max(first, *others) <= BUDGET
        above += not met
        print(f"{case:9} {first:10,.0f}; {statistics.median(others):10,.0f} ({min(others):,.0f} to "
              f"{max(others):,.0f}), budget {BUDGET:,}: {'met' if met else 'MISSED'}", flush=True)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
