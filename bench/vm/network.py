"""isboot beside ip= of Debian's initramfs (klibc's ipconfig) and of dracut: from exec to "address
set, carrier up", with a static address.

Two machines. In each, in one boot, the programs alternate, and the link is down before each run.
"""

import collections
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import ibft_table, initramfs, machine, network_tools, target
from harness.kernel import Kernel
from harness.workspace import Workspace, isboot_binary

NOBODY = 9  # the port of the table's target: no one is there, and no one is needed
START_LIMIT_S = 180
RUN_LIMIT_S = 900
BUDGET_MS = 10
NS_PER_INSTRUCTION_LOG2 = 1
MACHINES = {
    "wall time, emulated (TCG)": None,
    f"counted: {2 ** NS_PER_INSTRUCTION_LOG2} ns an instruction": NS_PER_INSTRUCTION_LOG2,
}
Run = collections.namedtuple("Run", "tool round ready ended")


def measure(shift):
    """Boots the machine and returns what the driver reported; with `shift`, on a clock that counts
    instructions."""
    workspace = Workspace("bench-network")
    print(f"logs: {workspace.path}", flush=True)
    driver = isboot_binary().parent / "bench/vm/network_driver"
    kernel = Kernel()
    initrd = initramfs.build({"init": driver.read_bytes(), "bin/isboot": isboot_binary().read_bytes(),
                              **network_tools.files(), **kernel.module_files()},
                             directories=(*initramfs.DIRECTORIES, "tmp"))
    table = ibft_table.leading_to(NOBODY, target.NAME, machine.INITIATOR)
    guest = machine.from_kernel(workspace, kernel, initrd,
                                f"{machine.KERNEL_ARGUMENTS} loglevel=4", table)
    if shift is not None:
        guest.count_instructions(shift)
    with guest.running():
        guest.console.wait_for(r"BENCH-NETWORK", START_LIMIT_S, "the first run")
        guest.console.wait_for(r"BENCH-DONE", RUN_LIMIT_S, "the last run")
        guest.console.wait_for_end(START_LIMIT_S)
    workspace.clear()
    return list(parse(text for _, text in guest.console.lines))


def parse(lines):
    for line in lines:
        if line.startswith("BENCH-NETWORK "):
            fields = dict(re.findall(r"(\w+)=(\S+)", line))
            yield Run(fields["tool"], int(fields["round"]), float(fields["ready"]),
                      float(fields["ended"]))


def show(name, runs):
    # Round 0 apart: in it the emulator translates each program for the first time.
    times = {tool: [run for run in runs if run.tool == tool and run.round > 0]
             for tool in dict.fromkeys(run.tool for run in runs)}
    medians = {tool: statistics.median(run.ready for run in mine) for tool, mine in times.items()}
    print(f"\n{name}\nexec to address set and carrier up, ms: median (least to most); when the "
          "program ends")
    for tool, mine in times.items():
        ready = [run.ready for run in mine]
        ended = statistics.median(run.ended for run in mine)
        print(f"{tool:9} {medians[tool]:8.1f} ({min(ready):.1f} to {max(ready):.1f}); "
              f"{f'{ended:.1f}' if ended else 'goes on to log in'}")
    over = medians["isboot"] - medians["floor"]
    print(f"isboot takes {over:.1f} ms more than the link; budget {BUDGET_MS} ms: "
          f"{'met' if over <= BUDGET_MS else 'MISSED'}")
    for tool in ("ipconfig", "dracut"):
        print(f"isboot / {tool}: {medians['isboot'] / medians[tool]:.2f}")


def main():
    for name, shift in MACHINES.items():
        show(name, measure(shift))


if __name__ == "__main__":
    main()
