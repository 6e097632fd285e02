"""How many instructions a decode and a login take, counted by valgrind: a budget that holds on every
machine, whatever else it does. Prints a line each, and fails when one is above its budget."""

import re
import subprocess
import sys

# Case → budget, a little above what there is (14,600, 56,200, 69,200 and 73,300 when this was
# written). At 12 instructions a nanosecond, as this kind of code runs on a processor of 2.5 to 4 GHz,
# the budgets of time (2 µs, 200,000 logins a second) would be 24,000 and 60,000.
BUDGETS = {"decode": 16_000, "login": 60_000, "login-chap-md5": 72_000, "login-chap-sha256": 77_000}
# The difference is what is counted: what it costs to begin is in both.
FEW, MANY = 100, 600


def count(program, case, times):
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, case, str(times)],
        capture_output=True, text=True, check=False)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected:
        raise SystemExit(f"{case} ended with {run.returncode}: {run.stderr}")
    return int(collected[1])


def main():
    program = sys.argv[1]
    above = 0
    for case, budget in BUDGETS.items():
        each = (count(program, case, MANY) - count(program, case, FEW)) / (MANY - FEW)
        print(f"{case:18} {each:9,.0f} instructions, budget {budget:,}", flush=True)
        above += each > budget
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
