"""isboot, as an initramfs has it, beside Debian's iscsistart: from exec to the first readable block.

One machine, one boot; the programs alternate, and each session ends before the next run.
"""

import collections
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import ibft_table, initramfs, machine, open_iscsi, target
from harness.kernel import Kernel
from harness.workspace import Workspace, isboot_binary, small_binary

DISK_SIZE = 64 * 1024 * 1024
START_LIMIT_S = 120
RUN_LIMIT_S = 600
BUDGETS = {"warm": 0.15, "cold": 0.25}
FLOOR_BUDGET = 1.3

# isboot's lines, in their order → the phase that ends with each.
PHASES = (("find the table, plan", r" iBFT "),
          ("NIC, link, address", r" up, "),
          ("TCP", r"connected to"),
          ("login, hand-off", r"logged in"))
Run = collections.namedtuple("Run", "tool state round ms said")


def measure():
    """What the driver reported of each run."""
    return list(parse(lines_of_machine()))


def lines_of_machine(words="", prepare=lambda guest: None):
    """Boots the machine with `words` on its command line; all that it printed."""
    workspace = Workspace("bench-login")
    print(f"logs: {workspace.path}", flush=True)
    driver = isboot_binary().parent / "bench/vm/login_driver"
    kernel = Kernel()
    initrd = initramfs.build({"init": driver.read_bytes(), "bin/isboot": small_binary().read_bytes(),
                              **open_iscsi.iscsistart_files(), **kernel.module_files()})
    disk = workspace / "disk.img"
    with open(disk, "wb") as image:
        image.truncate(DISK_SIZE)
    with target.serving(workspace, disk) as server:
        table = ibft_table.leading_to(server.port, target.NAME, machine.INITIATOR)
        guest = machine.from_kernel(workspace, kernel, initrd,
                                    f"{machine.KERNEL_ARGUMENTS} loglevel=4 {url(server)} {words}", table)
        prepare(guest)
        with guest.running():
            guest.console.wait_for(r"BENCH-RUN", START_LIMIT_S, "the first run")
            guest.console.wait_for(r"BENCH-DONE", RUN_LIMIT_S, "the last run")
            guest.console.wait_for_end(START_LIMIT_S)
    workspace.clear()
    return [text for _, text in guest.console.lines]


def url(server):
    return f"bench_url=iscsi:10.0.2.2::{server.port}:1:{target.NAME}"


def parse(lines):
    run = None
    for line in lines:
        if line.startswith("BENCH-RUN "):
            fields = dict(re.findall(r"(\w+)=(\S+)", line))
            run = Run(fields["tool"], fields["state"], int(fields["round"]), float(fields["ms"]), [])
            yield run
        elif line.startswith("BENCH-SAID ") and run:
            run.said.append(line.removeprefix("BENCH-SAID "))


def chosen(runs, tool, state):
    """Round 0 apart: in it the emulator translates each program for the first time."""
    return [run for run in runs if run.tool == tool and run.state == state and run.round > 0]


def print_times(runs):
    print("\nexec to first readable block, ms: median (least to most) of the later rounds; the first")
    print(f"{'state':6} {'isboot':>26} {'iscsistart':>30} {'ratio':>7}  budget")
    for state, budget in BUDGETS.items():
        cells, medians = [], []
        for tool in ("isboot", "iscsistart"):
            times = [run.ms for run in chosen(runs, tool, state)]
            first = next(run.ms for run in runs if run.tool == tool and run.state == state)
            medians.append(statistics.median(times))
            cells.append(f"{medians[-1]:.0f} ({min(times):.0f} to {max(times):.0f}); {first:.0f}")
        ratio = medians[0] / medians[1]
        print(f"{state:6} {cells[0]:>26} {cells[1]:>30} {ratio:7.3f}  {budget} "
              f"{'met' if ratio <= budget else 'MISSED'}")


def print_floor(runs):
    """The kernel's own time, once the session is made and logged in."""
    ours, floor = (statistics.median(run.ms for run in chosen(runs, tool, "warm"))
                   for tool in ("isboot", "floor"))
    print(f"\nthe floor (hand-over to first readable block): {floor:.1f} ms; isboot warm / floor "
          f"{ours / floor:.2f}  budget {FLOOR_BUDGET} "
          f"{'met' if ours / floor <= FLOOR_BUDGET else 'MISSED'}")


def phases(run):
    """Phase → milliseconds; the last one ends when the block was readable."""
    before, found = 0.0, {}
    for name, pattern in PHASES:
        line = next((line for line in run.said if re.search(pattern, line)), None)
        stamp = re.match(r"isboot: (\d+\.\d+) ", line) if line else None
        if stamp:
            now = 1000 * float(stamp.group(1))
            found[name], before = now - before, now
    found["scan, first block"] = run.ms - before
    return found


def print_phases(runs):
    print("\nisboot's phases, ms, medians (its clock starts after exec: that is in the last one)")
    for state in BUDGETS:
        by_run = [phases(run) for run in chosen(runs, "isboot", state)]
        for name in by_run[0]:
            print(f"{state:6} {name:22} {statistics.median(each[name] for each in by_run):8.1f}")


def main():
    runs = measure()
    print_times(runs)
    print_floor(runs)
    print_phases(runs)


if __name__ == "__main__":
    main()
