"""FreeBSD machines from a disk image: a shell on the serial line."""

import contextlib
import os
import re
import time

from . import machine

IMAGE = "ISBOOT_FREEBSD_IMAGE"  # names a disk image, as tests/freebsd/image_test.py says what it is
SLOW = float(os.environ.get("ISBOOT_FREEBSD_SLOW", "1"))
LOGIN_LIMIT = 900 * SLOW  # from power-on, under emulation
COMMAND_LIMIT = 120 * SLOW
END_LIMIT = 180 * SLOW  # reboot(8) and power-off

# Nothing that happens to a target may make a kernel say one of these.
DISORDER = (r"lock order reversal|panic:|Fatal trap|KDB: enter|duplicate lock|g_vfs_done|"
            r"[Ii]nput/output error|no iSCSI disk")
PROMPT = r"login:\s*$"
OURS = r"isboot-.?(end|wrote|signalled)"


class Guest:
    """A machine with a shell on its serial line."""

    def __init__(self, vm):
        self._machine = vm
        self._process = None
        self._calls = 0

    def add(self, *arguments):
        """Further arguments of QEMU's."""
        self._machine.add(*arguments)

    @contextlib.contextmanager
    def running(self, watcher=None):
        """Yields itself, with root logged in; `watcher`: as of machine.Machine."""
        with self._machine.running(watcher) as self._process:
            self._log_in()
            yield self

    @property
    def console(self):
        return self._machine.console

    def _type(self, line):
        self._process.stdin.write(f"{line}\r".encode())
        self._process.stdin.flush()

    def _log_in(self):
        """The prompt ends no line, so that it is asked for again until one has come."""
        deadline = time.monotonic() + LOGIN_LIMIT
        while self.console.first(PROMPT) is None:
            if self.console.ended or time.monotonic() > deadline:
                raise AssertionError(f"no login prompt{self.console.tail()}")
            self.console.follow(10)
            self._type("")
        self.console.follow(10)  # an empty name starts getty(8) anew, which drops what is typed
        self._type("root")
        self.console.follow(10)
        self.call("PS1=; stty -echo; true")  # no prompt in front of what is printed

    def call(self, command, limit_s=COMMAND_LIMIT):
        """What `command` prints; it must succeed. In two words, so that an echo is not the end."""
        self._calls += 1
        before = len(self.console.lines)
        self._type(f'{command}; echo isboot-"end"-{self._calls}-$?')
        found = self.console.wait_for(rf"isboot-end-{self._calls}-(\d+)", limit_s, command)
        said = [text for _, text in self.console.lines[before:] if not re.search(OURS, text)]
        if found.group(1) != "0":
            raise AssertionError(f"{command}: status {found.group(1)}{self.console.tail()}")
        return "\n".join(said)

    def number(self, name):
        return int(re.search(r"\d+", self.call(f"sysctl -n {name}")).group(0))

    def start(self, command):
        """One that goes on in the background, or that ends the machine."""
        self._type(command)

    def wait_for_end(self):
        self.console.wait_for_end(END_LIMIT)


def of(vm):
    """A machine with enough memory, as a guest."""
    vm.add("-m", "1024")
    return Guest(vm)


def local(workspace, image, other, netdev=machine.USER_NETWORK):
    """The image as a local disk, and behind it `other`: a further image, as QEMU's -drive has it."""
    vm = machine.from_ipxe(workspace, "virtio-net-pci", uefi=True, netdev=netdev)
    vm.add("-drive", f"if=none,id=root,format=raw,file={image}",
           "-device", "virtio-blk-pci,drive=root,bootindex=0",
           "-drive", f"if=none,id=other,format=raw,file={other}",
           "-device", "virtio-blk-pci,drive=other")
    return of(vm)
