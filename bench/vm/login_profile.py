"""Where the time goes from exec of `isboot boot` to the first readable block, and from the hand-over on
where the session is made and logged in ahead (the floor): who has the processor, and in which system
call. In the machine of login.py, on a clock that counts instructions."""

import collections
import re

import login

NS_PER_INSTRUCTION_LOG2 = 1
NUMBERS = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
MOST_CALLS = 8  # of a process in a phase
LEAST_MS = 0.1
EVENT = re.compile(r"\s*(.+)-(\d+)\s+\[\d+\]\s+\S+\s+([\d.]+): (\w+): (.*)")
USER = "its own code"

Trace = collections.namedtuple("Trace", "name began readable ended events")
Event = collections.namedtuple("Event", "pid at what fields")
Step = collections.namedtuple("Step", "begin end name")


def read(lines):
    """(the traces, their processes' last names, isboot's steps)"""
    traces, names, steps = [], {0: "idle"}, []
    for line in lines:
        kind, _, text = line.partition(" ")
        if kind == "BENCH-STEP":
            begin, end, _, name, *_ = text.split()
            steps.append(Step(int(begin) / 1e6, int(end) / 1e6, name))
        elif kind == "BENCH-TRACE" and (found := re.match(
                r"(\w+) began=(\S+) readable=(\S+) ended=(\S+)", text)):
            traces.append(Trace(found[1], *(float(found[i]) for i in (2, 3, 4)), []))
        elif kind == "BENCH-TRACE" and (found := EVENT.fullmatch(text)):
            pid = int(found[2])
            if pid and found[1] != "<...>":
                names[pid] = re.sub(r"kworker.*", "kworkers", found[1])
            traces[-1].events.append(Event(pid, float(found[3]), found[4], found[5]))
    return traces, names, steps


def calls():
    """Number → name of a system call."""
    with open(NUMBERS, encoding="ascii") as file:
        return {int(number): name for name, number in re.findall(r"__NR_(\w+) (\d+)", file.read())}


class Account:
    """Of one phase: seconds of (process, call), how often, and page faults."""

    def __init__(self):
        self.seconds = collections.Counter()
        self.times = collections.Counter()
        self.faults = collections.Counter()


def account(trace, phases, names):
    """`phases`: (name, begin, end) → an Account of each. One processor: from event to event one has it."""
    known = calls()
    accounts = {name: Account() for name, *_ in phases}

    def at(moment):
        return next((accounts[name] for name, begin, end in phases if begin <= moment < end), None)

    within, pid, last = {}, None, None
    for event in trace.events:
        if pid is not None:
            for name, begin, end in phases:
                share = min(event.at, end) - max(last, begin)
                if share > 0:
                    accounts[name].seconds[names.get(pid, "?"), within.get(pid, USER)] += share
        pid, last = event.pid, event.at
        here = at(event.at) or Account()
        if event.what == "sys_enter":
            within[pid] = known.get(int(event.fields.split()[1]), "?")
            here.times[names.get(pid, "?"), within[pid]] += 1
        elif event.what == "sys_exit":
            within.pop(pid, None)
        elif event.what == "page_fault_user":
            here.faults[names.get(pid, "?")] += 1
        elif event.what == "sched_switch":
            pid = int(re.search(r"next_pid=(\d+)", event.fields)[1])
    return accounts


def show(trace, phases, names):
    accounts = account(trace, phases, names)
    for phase, begin, end in phases:
        print(f"\n{trace.name}: {phase}: {1000 * (end - begin):.1f} ms")
        found = accounts[phase]
        of_process = collections.Counter()
        for (process, _), seconds in found.seconds.items():
            of_process[process] += seconds
        for process, seconds in of_process.most_common():
            if 1000 * seconds < LEAST_MS:
                continue
            print(f"  {process:16} {1000 * seconds:7.2f} ms, {found.faults[process]} page faults")
            if process in ("idle", "kworkers"):
                continue
            of_call = collections.Counter({call: spent for (who, call), spent in found.seconds.items()
                                           if who == process})
            for call, spent in of_call.most_common(MOST_CALLS):
                if 1000 * spent >= LEAST_MS:
                    print(f"    {call:24} {1000 * spent:7.2f} ms, {found.times[process, call]} times")


def main():
    lines = login.lines_of_machine(
        "bench_profile=1", lambda guest: guest.count_instructions(NS_PER_INSTRUCTION_LOG2, leap=False))
    login.print_floor(list(login.parse(lines)))
    traces, names, steps = read(lines)
    print("\nin one run, while the kernel recorded it, which takes time of its own:")
    for step in steps:
        print(f"{step.name:16} {1000 * (step.begin - traces[0].began):7.2f} to "
              f"{1000 * (step.end - traces[0].began):7.2f} ms after exec")
    begin = next(step.begin for step in steps if step.name == "hand-over")
    found = next(step.end for step in steps if step.name == "find-disk")
    for trace in traces:
        phases = [("from the hand-over to the first block", trace.began, trace.readable)]
        if trace.name == "isboot":
            phases = [("from exec to the hand-over", trace.began, begin),
                      ("from the hand-over until isboot has the disk", begin, min(found, trace.readable)),
                      ("from there to the first block", min(found, trace.readable), trace.readable),
                      ("from there to isboot's end", trace.readable, trace.ended)]
        show(trace, phases, names)


if __name__ == "__main__":
    main()
