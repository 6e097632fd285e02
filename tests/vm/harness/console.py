"""The machine's serial line: read, timed, kept in a log, and waited upon."""

import os
import re
import select
import time

LAST_LINES = 25
ERRORS_OF_DISK = (
    r"ISBOOT-WRITE-ERROR|I/O error|EXT4-fs error|EXT4-fs .*shut down requested|Aborting journal|"
    r"device offline error|lost sync page write|Synchronize Cache.* failed|"
    r"XFS .*([Ss]hutting down|shut down due)|BTRFS:? (error|critical)|forced readonly|"
    r"Remounting filesystem read-only|FAT-fs .*unable")
# What no machine may show from its start to its end, when nothing is broken in it on purpose.
ERRORS = rf"{ERRORS_OF_DISK}|Oops|BUG:"
# What the kernel logs when the keeper makes a system call that is not in its list
# (platform/linux/keeper/syscall_filter.cc).
DENIED_CALL = r"audit: type=1326 .*"
# Terminal control that firmware and loaders send: CSI sequences, charset choices, resets.
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[c=>])|[\x00-\x08\x0b\x0c\x0e-\x1a]")


class ConsoleError(AssertionError):
    """A wait that did not end well; shows the last lines."""


class Console:
    """`lines`: (seconds since the start, text), as they come in while someone waits; `watcher`
    is called with each. `source`: the descriptor that is read."""

    def __init__(self, source, log_path, watcher=None):
        self.lines = []
        self.source = source
        self.watcher = watcher
        self._log = open(log_path, "ab")  # pylint: disable=consider-using-with
        self._log_path = log_path
        self._start = time.monotonic()
        self._partial = b""
        self._seen = 0
        self._answered = 0
        self.ended = False

    def close(self):
        self._log.close()

    def elapsed(self):
        return time.monotonic() - self._start

    def last_seen_at(self):
        """When the line came in which the last wait ended, as time.monotonic() counts."""
        return self._start + self.lines[self._seen - 1][0]

    def wait_for(self, pattern, limit_s, what):
        """The match of `pattern` in the next line that has one, not looking back past the last."""
        self._seen, found = self._next(self._seen, pattern, limit_s, what)
        return found

    def wait_for_answer(self, pattern, limit_s, what):
        """The same for answers to orders: what the machine says by itself meanwhile, before an
        answer, is still there for wait_for()."""
        self._answered, found = self._next(self._answered, pattern, limit_s, what)
        return found

    def wait_for_prompt(self, pattern, limit_s):
        """Until the line that is not yet at its end, or one that the kernel has ended, asks for it."""
        deadline = time.monotonic() + limit_s
        while not re.search(pattern, self._partial.decode(errors="replace")) and not any(
                re.search(pattern, text) for _, text in self.lines[self._seen:]):
            if self.ended or not self._read(deadline):
                raise ConsoleError(f"no prompt {pattern!r} within {limit_s} s{self.tail()}")

    def follow(self, seconds):
        """Reads for that long, so that a talkative machine never waits for its reader."""
        deadline = time.monotonic() + seconds
        while not self.ended and self._read(deadline):
            pass

    def wait_for_end(self, limit_s):
        """Until the machine has closed its console."""
        deadline = time.monotonic() + limit_s
        while not self.ended:
            if not self._read(deadline):
                raise ConsoleError(f"the machine did not end within {limit_s} s{self.tail()}")

    def expect_no_denied_call(self):
        """Whatever else was tested: the keeper's list of system calls lacks none."""
        denied = [found.group(0) for _, text in self.lines
                  if (found := re.search(DENIED_CALL, text))]
        if denied:
            raise AssertionError(f"system calls that the keeper's list lacks: {denied}")

    def expect_no_error(self, errors=ERRORS):
        """What no machine may show, also not on its way down."""
        found = [text for _, text in self.lines if re.search(errors, text)]
        if found:
            raise AssertionError(f"errors on the console: {found}")

    def first(self, pattern):
        """Seconds at which the first line with `pattern` came, or None."""
        return next((when for when, text in self.lines if re.search(pattern, text)), None)

    def tail(self):
        last = "\n".join(f"  {when:7.3f} {text}" for when, text in self.lines[-LAST_LINES:])
        return f"; the last lines of {self._log_path}:\n{last}\n  {self._partial!r}"

    def _next(self, line, pattern, limit_s, what):
        """From line number `line` on: the number of the line after the match, and the match."""
        deadline = time.monotonic() + limit_s
        while True:
            while line < len(self.lines):
                line += 1
                found = re.search(pattern, self.lines[line - 1][1])
                if found:
                    return line, found
            if self.ended:
                raise ConsoleError(f"the machine ended before {what}{self.tail()}")
            if not self._read(deadline):
                raise ConsoleError(f"{what}: not within {limit_s} s{self.tail()}")

    def _read(self, deadline):
        """Takes what has come; False when nothing came before `deadline`."""
        left = max(0.0, deadline - time.monotonic())
        if not select.select([self.source], [], [], left)[0]:
            return False
        self.take()
        return True

    def take(self):
        """Reads what is there, or waits for something; returns it, as it came."""
        data = os.read(self.source, 65536)
        self._log.write(data)
        self._log.flush()
        self.ended = not data
        *whole, self._partial = (self._partial + (data or b"\n")).split(b"\n")
        for line in whole:
            self._add(line)
        return data

    def _add(self, line):
        text = ESCAPES.sub(b"", line).replace(b"\r", b"").decode(errors="replace").rstrip()
        if not text:
            return
        self.lines.append((self.elapsed(), text))
        if self.watcher:
            self.watcher(*self.lines[-1])
