"""Sessions that a machine lost because its processor stood still: a busy host ran something else."""

import re

HZ = 250  # of Debian's kernels
# The kernel counts in jiffies. Its timer comes some hundred milliseconds late by itself.
MISSED = re.compile(r"connection(\d+):\d+: ping timeout of (\d+) secs expired, "
                    r"recv timeout \d+, last rx \d+, last ping (\d+), now (\d+)")
LATE_S = 2


def losses(lines):
    """Of `lines` of the console, the number of each session that was lost so, once for each time: the
    kernel gave up its ping when the timer for that came late, and in the same moment, before it could
    read what the NIC had received meanwhile."""
    found = filter(None, map(MISSED.search, lines))
    return [int(session) for session, timeout, sent, now in (match.groups() for match in found)
            if int(now) - int(sent) > (int(timeout) + LATE_S) * HZ]
