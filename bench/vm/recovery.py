"""isboot's keeper beside Debian's iscsid: the same faults in the same kind of machine.

When I/O flows again is when the first command after the new login has a good answer, as a relay
between machine and target sees it. What is beyond the retry interval begins with the connection
by which that login came.
"""

import concurrent.futures
import multiprocessing
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import initramfs, machine, open_iscsi, target
from harness.kernel import Kernel
from harness.relay import Relay
from harness.workspace import PROJECT, Workspace, isboot_binary

TOOLS = ("isboot", "iscsid")
FAULTS = {"target killed, back after 1 s": 1, "target killed, back after 30 s": 30, "TCP reset": 0}
ROUNDS = 5
SETTLE = 5
DISK_SIZE = 16 << 20
START_LIMIT_S = FLOW_LIMIT_S = 180
BEYOND_BUDGET_MS = 150
LOCKED_BUDGET_KIB = 3 << 10


def measure(tool):
    """KiB that each process of the tool has locked; fault → runs, each (ms until I/O flowed, ms of
    that beyond the retry interval)."""
    workspace = Workspace(f"bench-recovery-{tool}")
    disk = workspace / "disk.img"
    with open(disk, "wb") as image:
        image.truncate(DISK_SIZE)
    with target.serving(workspace, disk) as server:
        relay = Relay(server.port)
        try:
            guest = booted_with(tool, workspace, relay.port)
            with guest.running():
                found = guest.console.wait_for(r"BENCH-LOCKED ([\d ]+)", START_LIMIT_S, "the disk")
                runs = run_faults(guest.console, server, relay)
        finally:
            relay.end()
    workspace.clear()
    return [int(word) for word in found.group(1).split()], runs


def booted_with(tool, workspace, port):
    """The machine, not started yet: it has nothing but its initramfs."""
    kernel = Kernel()
    files = {"init": (PROJECT / "bench/vm/recovery-init").read_bytes(),
             "bin/busybox": pathlib.Path("/bin/busybox").read_bytes(),
             "bin/isboot": isboot_binary().read_bytes(),
             "etc/iscsi/iscsid.conf": open_iscsi.settings(),
             **open_iscsi.files("iscsid", "iscsiadm"), **kernel.module_files()}
    said = {"tool": tool, "host": machine.HOST, "port": port, "target": target.NAME,
            "lun": target.LUN, "address": "10.0.2.15/24", "initiator": machine.INITIATOR}
    words = " ".join(f"bench.{name}={value}" for name, value in said.items())
    return machine.from_kernel(workspace, kernel,
                               initramfs.build(files, links={"bin/sh": "/bin/busybox"}),
                               f"{machine.KERNEL_ARGUMENTS} loglevel=4 {words}")


def run_faults(console, server, relay):
    runs = {fault: [] for fault in FAULTS}
    for _ in range(ROUNDS):
        for fault, seconds in FAULTS.items():
            console.follow(SETTLE)
            runs[fault].append(run_once(console, server, relay, seconds))
    console.follow(SETTLE)
    if console.first("BENCH-ERROR") is not None:
        raise AssertionError("the writer saw an error")
    return runs


def run_once(console, server, relay, seconds):
    """`seconds` without the target; none: a reset."""
    began = time.monotonic()
    if seconds:
        relay.listen(False)
        server.kill()
        console.follow(seconds)
        server.start()
        relay.listen(True)
    else:
        relay.reset()
    ended = time.monotonic()
    while time.monotonic() < ended + FLOW_LIMIT_S:
        console.follow(0.1)
        for login in relay.logins:
            if login.done > began and login.answered:
                return (1000 * (login.answered - ended),
                        1000 * (login.answered - max(ended, login.accepted)))
    raise AssertionError(f"no I/O within {FLOW_LIMIT_S} s{console.tail()}")


def median_and_worst(numbers):
    return f"{statistics.median(numbers):.0f} ({max(numbers):.0f})"


def main():
    # Processes, not threads: QEMU ends with the thread that started it.
    with concurrent.futures.ProcessPoolExecutor(
            len(TOOLS), mp_context=multiprocessing.get_context("spawn")) as pool:
        (our_locked, ours), (their_locked, theirs) = pool.map(measure, TOOLS)
    print(f"ms from a fault's end until I/O flows, median (worst) of {ROUNDS}; "
          "after the slash: of that beyond the retry interval")
    for fault in FAULTS:
        cells, medians = [], []
        for runs in (ours, theirs):
            flow, beyond = zip(*runs[fault])
            cells.append(f"{median_and_worst(flow)} / {median_and_worst(beyond)}")
            medians.append(statistics.median(flow))
        met = max(beyond for _, beyond in ours[fault]) <= BEYOND_BUDGET_MS
        print(f"{fault:31} isboot {cells[0]:>26}  iscsid {cells[1]:>26}  "
              f"ratio {medians[0] / medians[1]:.3f}; beyond <= {BEYOND_BUDGET_MS}: "
              f"{'met' if met else 'MISSED'}")
    print(f"KiB locked: isboot {sum(our_locked)}, iscsid {sum(their_locked)}, "
          f"ratio {sum(our_locked) / sum(their_locked):.3f}; at most {LOCKED_BUDGET_KIB}: "
          f"{'met' if sum(our_locked) <= LOCKED_BUDGET_KIB else 'MISSED'}")


if __name__ == "__main__":
    main()
