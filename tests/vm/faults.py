"""Fills the table of docs/reliability.md: every fault again and again, in machines under load.

The results are in build/vm/faults/: results.json, and table.md made from it. A run replaces the
rows of the faults that it tried.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import multiprocessing
import statistics
import sys
import time

from harness import faults
from harness.fault_boot import PLAIN, Variant
from harness.fault_machine import FaultMachine
from harness.process import run
from harness.workspace import BUILD, PROJECT

RESULTS = BUILD / "faults/results.json"
TABLE = BUILD / "faults/table.md"
MACHINES = 10
JOB_LIMIT = 1300  # seconds for the runs of one machine; more runs are given to another one
IDLE = "idle"
HOUR = 3600
SETTLE = 30
BEYOND_BUDGET_MS = 150


def run_fault(fault, runs, variant):
    """One machine of that kind. What each run showed, as of faults.run_once(), or {"failed"}."""
    done = []
    machine = FaultMachine(f"faults/{fault.name}", dataclasses.replace(variant, cache=fault.cache))
    try:
        with machine:
            for _ in range(runs):
                done.append(faults.run_once(machine, fault))
            machine.end_fio()
            machine.finish()
    except Exception as error:  # pylint: disable=broad-except
        # What went wrong belongs into the table; the other machines go on.
        done.append({"failed": f"{type(error).__name__}: {error}".splitlines()[0], "log": str(machine.boot.workspace.path)})
    return done


def run_idle(seconds):
    """What the keeper costs while nothing happens: nobody writes, the kernel sends its NOPs."""
    with FaultMachine("faults/idle") as machine:
        machine.end_fio()
        machine.ask("end-writer")
        machine.rest(SETTLE)
        before = machine.facts()
        machine.rest(seconds)
        after = machine.facts()
        machine.finish()
    return {"seconds": seconds, "wakeups": int(after["wakeups"]) - int(before["wakeups"]),
            "locked_kib": int(after["locked_kib"]), "resident_kib": int(after["resident_kib"])}


def jobs(chosen, runs):
    """(fault, runs) for one machine each, the long ones first."""
    for fault in sorted(chosen, key=lambda fault: -fault.takes_s * runs):
        machines = -(-fault.takes_s * runs // JOB_LIMIT)
        for number in range(machines):
            share = runs // machines + (number < runs % machines)
            if share:
                yield fault, share


def load():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def save(results):
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    TABLE.write_text(table(results))


def table(results):
    lines = ["| fault | tried | I/O flows after its end, median | worst | of it beyond the retry interval, "
             "median | worst | lost writes |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for fault in faults.ALL:
        lines += [row_of(fault, key.removeprefix(fault.name).lstrip(), results[key])
                  for key in sorted(results) if key.split(" ")[0] == fault.name]
    commits = sorted({row["commit"] for row in results.values()})
    lines += ["", f"Of commit {', '.join(commits)}."]
    beyond = [one["beyond_ms"] for row in results.values() for one in row.get("runs", ())
              if "beyond_ms" in one]
    if beyond:
        lines += ["", "From the connection by which the session came back to the first good answer "
                      f"of the target, {len(beyond)} runs (a machine that boots apart): median "
                      f"{statistics.median(beyond):.0f} ms, {percent(beyond, BEYOND_BUDGET_MS)} % within "
                      f"{BEYOND_BUDGET_MS} ms, worst {max(beyond):.0f} ms."]
    idle = results.get(IDLE)
    if idle:
        lines += ["", f"Idle for {idle['seconds']} s: {idle['wakeups']} wake-ups of the keeper, "
                      f"{idle['locked_kib']} KiB locked ({idle['commit']})."]
    return "\n".join(lines) + "\n"


def row_of(fault, variant, row):
    """Of the table, for one fault in machines of one kind."""
    good = [one for one in row["runs"] if "flow_s" in one]
    failed = len(row["runs"]) - len(good)
    tried = f"{len(row['runs'])}" + (f", {failed} FAILED" if failed else "")
    cells = "- | - | - | - | -"
    if good:
        flows = [one["flow_s"] for one in good]
        cells = (f"{statistics.median(flows):.2f} s | {max(flows):.2f} s | "
                 f"{beyond_cells(good)} | {sum(one['lost'] for one in good)}")
    return f"| {fault.words}{f' ({variant})' if variant else ''} | {tried} | {cells} |"


def beyond_cells(good):
    """Not every fault has a retry interval."""
    beyond = [one["beyond_ms"] for one in good if "beyond_ms" in one]
    return f"{statistics.median(beyond):.0f} ms | {max(beyond):.0f} ms" if beyond else "- | -"


def percent(numbers, most):
    """How many per cent of them are not above `most`."""
    return 100 * sum(number <= most for number in numbers) // len(numbers)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [fault.name for fault in faults.ALL]
    parser.add_argument("--runs", type=int, default=10, help="of each fault (10)")
    parser.add_argument("--machines", type=int, default=MACHINES, help=f"at the same time ({MACHINES})")
    parser.add_argument("--idle", type=int, default=HOUR, metavar="SECONDS", help=f"({HOUR}; 0: none)")
    parser.add_argument("--only", default=",".join(names), metavar="FAULT,…", help=", ".join(names))
    parser.add_argument("--cpus", type=int, default=PLAIN.cpus, help="of the machine")
    parser.add_argument("--kernel", default=PLAIN.kernel, metavar="SUITE", help="of Debian: bookworm, trixie, …")
    parser.add_argument("--target", default=PLAIN.target, choices=("tgt", "lio"))
    parser.add_argument("--paths", type=int, default=PLAIN.paths, help="of dm-multipath, each a NIC (1: none)")
    given = parser.parse_args()
    unknown = set(given.only.split(",")) - set(names) - {IDLE}
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    return given


def main():
    given = arguments()
    only = given.only.split(",")
    commit = run("git", "describe", "--always", "--dirty", cwd=PROJECT).decode().strip()
    variant = Variant(given.cpus, given.kernel, given.target, given.paths)
    key = {fault.name: f"{fault.name} {variant.words()}".rstrip() for fault in faults.ALL}
    chosen = [fault for fault in faults.of(variant) if fault.name in only]
    results = load()
    for fault in chosen:
        results.pop(key[fault.name], None)
    # Processes, not threads: QEMU ends with the thread that started it.
    with concurrent.futures.ProcessPoolExecutor(
            given.machines, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = {}
        if given.idle:
            # First: it takes longest.
            waiting[pool.submit(run_idle, given.idle)] = IDLE
        for fault, share in jobs(chosen, given.runs):
            waiting[pool.submit(run_fault, fault, share, variant)] = key[fault.name]
        for done in concurrent.futures.as_completed(waiting):
            name = waiting[done]
            if name == IDLE:
                results[IDLE] = {"commit": commit, **done.result()}
            else:
                row = results.setdefault(name, {"commit": commit, "runs": []})
                row["runs"] += done.result()
            save(results)
            print(f"{time.strftime('%H:%M:%S')} {name}: {done.result()}", flush=True)
    print(TABLE.read_text())
    return any("failed" in one or one["lost"] for fault in chosen
               for one in results[key[fault.name]]["runs"])


if __name__ == "__main__":
    sys.exit(main())
