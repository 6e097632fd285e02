"""What the machine says on its serial lines: read, timed, kept in logs, and waited upon."""

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


class Stream:
    """One of the machine's serial lines: `source`, a descriptor, of which all goes to the file `log_path`
    too. `numbers`: which of Console.lines came here; waits have seen the first `seen` of them."""

    def __init__(self, source, log_path):
        self.source = source
        self.log_path = log_path
        self.numbers = []
        self.seen = 0
        self.partial = b""
        self.ended = False
        self._log = open(log_path, "ab")  # pylint: disable=consider-using-with

    def close(self):
        self._log.close()

    def fileno(self):
        return self.source

    def take(self):
        """Reads what is there, or waits for something: as it came, and the lines that have ended."""
        try:
            data = os.read(self.source, 65536)
        except ConnectionResetError:  # it ended before it read all that it was told
            data = b""
        self._log.write(data)
        self._log.flush()
        self.ended = not data
        *whole, self.partial = (self.partial + (data or b"\n")).split(b"\n")
        return data, whole


class Console:
    """`lines`: (seconds since the start, text), as they come in while someone waits; `watcher`
    is called with each. `screen`: what a user sees, with the kernel's log; `channel`: what is for the
    test alone, where neither the kernel nor anybody else gets in between (machine.Machine)."""

    def __init__(self, screen, channel=None, watcher=None):
        self.lines = []
        self.screen = screen
        self.watcher = watcher
        self._channel = channel
        self._streams = [stream for stream in (channel, screen) if stream]
        self._start = time.monotonic()
        self._found = 0

    @property
    def ended(self):
        """Whether the machine has closed all of them."""
        return all(stream.ended for stream in self._streams)

    def close(self):
        for stream in self._streams:
            stream.close()

    def say(self, text):
        """A line, to whom listens at the channel."""
        os.write(self._channel.source, text.encode() + b"\n")

    def elapsed(self):
        return time.monotonic() - self._start

    def last_seen_at(self):
        """When the line came in which the last wait ended, as time.monotonic() counts."""
        return self._start + self.lines[self._found][0]

    def wait_for(self, pattern, limit_s, what):
        """The match of `pattern` in the next line that has one, not looking back past the last that was
        found in the same stream: which of two streams is read first says nothing."""
        deadline = time.monotonic() + limit_s
        looked = [stream.seen for stream in self._streams]
        while True:
            for index, stream in enumerate(self._streams):
                for number in stream.numbers[looked[index]:]:
                    looked[index] += 1
                    found = re.search(pattern, self.lines[number][1])
                    if found:
                        stream.seen, self._found = looked[index], number
                        return found
            if self.ended:
                raise ConsoleError(f"the machine ended before {what}{self.tail()}")
            if not self._read(deadline):
                raise ConsoleError(f"{what}: not within {limit_s} s{self.tail()}")

    def wait_for_prompt(self, pattern, limit_s):
        """Until the screen's line that is not yet at its end, or one that the kernel has ended, asks for
        it."""
        deadline = time.monotonic() + limit_s
        while not re.search(pattern, self.screen.partial.decode(errors="replace")) and not any(
                re.search(pattern, self.lines[number][1])
                for number in self.screen.numbers[self.screen.seen:]):
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
        return f"; the last lines of {self.screen.log_path}:\n{last}\n  {self.screen.partial!r}"

    def _read(self, deadline):
        """Takes what has come; False when nothing came before `deadline`."""
        left = max(0.0, deadline - time.monotonic())
        ready = select.select([stream for stream in self._streams if not stream.ended], [], [], left)[0]
        for stream in ready:
            self.take(stream)
        return bool(ready)

    def take(self, stream):
        """Reads what is there, or waits for something; returns it, as it came."""
        data, whole = stream.take()
        for line in whole:
            self._add(line, stream)
        return data

    def _add(self, line, stream):
        text = ESCAPES.sub(b"", line).replace(b"\r", b"").decode(errors="replace").rstrip()
        if not text:
            return
        stream.numbers.append(len(self.lines))
        self.lines.append((self.elapsed(), text))
        if self.watcher:
            self.watcher(*self.lines[-1])
