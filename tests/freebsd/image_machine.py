"""FreeBSD machines of the image tests: a shell on the serial line, the disk local or over iSCSI."""

import contextlib
import os
import pathlib
import re
import shutil
import sys
import time
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import machine, target  # noqa: E402
from harness.process import run  # noqa: E402
from harness.workspace import Workspace  # noqa: E402

SLOW = float(os.environ.get("ISBOOT_FREEBSD_SLOW", "1"))
LOGIN_LIMIT = 900 * SLOW  # from power-on, under emulation
COMMAND_LIMIT = 120 * SLOW
END_LIMIT = 180 * SLOW  # reboot(8) and power-off
BACK_LIMIT = 90 * SLOW  # from the target's return to the next write
FOLDER_MIB = 256

# Nothing that happens to a target may make a kernel say one of these.
DISORDER = (r"lock order reversal|panic:|Fatal trap|KDB: enter|duplicate lock|g_vfs_done|"
            r"[Ii]nput/output error|no iSCSI disk")
PROMPT = r"login:\s*$"
WRITER = ("i=0; while :; do i=$((i+1)); echo $i | dd of=/root/isboot-number bs=512 conv=sync,fsync"
          " 2>/dev/null && echo isboot-wrote-$i; sleep 1; done &")
OURS = r"isboot-.?(end|wrote|signalled)"
# As Install in docs/freebsd.md has it.
INSTALL = ("mount -t msdosfs -o ro /dev/vtbd1 /mnt",
           "cp /mnt/kernel/* /boot/kernel/",
           "mkdir -p /boot/modules /usr/local/etc/rc.d /usr/local/etc/rc.conf.d/network",
           "mv /boot/kernel/isboot.ko /boot/modules/",
           "cp /mnt/network /usr/local/etc/rc.conf.d/network/isboot",
           "cp /mnt/rc.d /usr/local/etc/rc.d/isboot",
           "chmod 555 /usr/local/etc/rc.d/isboot",
           "grep -q ^isboot_load /boot/loader.conf || "
           "echo 'isboot_load=\"YES\"' >>/boot/loader.conf",
           "kldxref /boot/kernel /boot/modules",
           "umount /mnt")


class Guest:
    """A machine with a shell on its serial line."""

    def __init__(self, vm):
        self._machine = vm
        self._process = None
        self._calls = 0

    @contextlib.contextmanager
    def running(self):
        """Yields itself, with root logged in."""
        with self._machine.running() as self._process:
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


def local(workspace, image, folder):
    """The image as a local disk, and the folder's disk beside it."""
    vm = machine.from_ipxe(workspace, "virtio-net-pci", uefi=True)
    vm.add("-m", "1024",
           "-drive", f"if=none,id=root,format=raw,file={image}",
           "-device", "virtio-blk-pci,drive=root,bootindex=0",
           "-drive", f"if=none,id=folder,format=raw,readonly=on,file={folder}",
           "-device", "virtio-blk-pci,drive=folder")
    return Guest(vm)


def over_iscsi(workspace, *ports, uefi=True):
    """Each port is a way to the disk that firmware tells of."""
    ways = [f"iscsi:{machine.HOST}:tcp:{port}:{target.LUN}:{target.NAME}" for port in ports]
    script = machine.write_script(workspace, ports[0])
    script.write_text(script.read_text().replace(ways[0], " ".join(ways)))
    return wired(machine.from_ipxe(workspace, "virtio-net-pci", uefi))


def wired(vm):
    """A machine that iPXE starts, as a guest."""
    vm.add("-m", "1024")
    return Guest(vm)


def folder_disk(workspace, folder):
    """A FAT disk with the files to install; of `folder`, if there is one."""
    disk = workspace / "folder.img"
    with open(disk, "wb") as image:
        image.truncate(FOLDER_MIB * 1024 * 1024)
    run("mformat", "-i", disk, "-F", "-T", FOLDER_MIB * 2048, "-h", 255, "-s", 63, "::")
    run("mmd", "-i", disk, "::/kernel")
    for file in sorted(pathlib.Path(folder).iterdir()) if folder else ():
        run("mcopy", "-i", disk, file, "::/kernel/")
    freebsd = PROJECT / "platform/freebsd"
    run("mcopy", "-i", disk, freebsd / "rc.conf.d/isboot", "::/network")
    run("mcopy", "-i", disk, freebsd / "rc.d/isboot", "::/rc.d")
    return disk


@unittest.skipUnless("ISBOOT_FREEBSD_IMAGE" in os.environ,
                     "ISBOOT_FREEBSD_IMAGE names no FreeBSD disk image")
class ImageCase(unittest.TestCase):
    """`image`: a copy, with what is to be tried installed."""

    settings = ()  # commands of the first start, behind INSTALL

    def setUp(self):
        self.workspace = Workspace("freebsd-image")
        print(f"logs: {self.workspace.path}")
        self.image = self.workspace / "disk.img"
        shutil.copy(os.environ["ISBOOT_FREEBSD_IMAGE"], self.image)
        self.prepare()
        folder = os.environ.get("ISBOOT_FREEBSD_KERNEL")
        commands = (INSTALL if folder else ()) + self.settings
        if not commands:
            return
        disk = folder_disk(self.workspace, folder)
        with local(self.workspace, self.image, disk).running() as guest:
            for command in commands:
                guest.call(command)
            guest.start("shutdown -p now")
            guest.wait_for_end()

    def prepare(self):
        """What is done to the copy before it is started."""

    def ends(self, guest, command, known=()):
        """Seconds until the machine has, without a word of disorder all the time but for `known`."""
        started = time.monotonic()
        guest.start(command)
        guest.wait_for_end()
        disorder = [text for _, text in guest.console.lines
                    if re.search(DISORDER, text) and text not in known]
        self.assertEqual(disorder, [])
        return time.monotonic() - started

    def writes(self, guest):
        """The writer goes on."""
        guest.console.wait_for(r"isboot-wrote-\d+", BACK_LIMIT, "a write")

    def cut(self, guest, way, found=r"cannot connect"):
        """The relay `way` refuses whoever comes, until the module has said so."""
        way.listen(False)
        way.reset()
        guest.console.wait_for(rf"isboot: .*:{way.port}: {found}", BACK_LIMIT, "the loss")

    def mend(self, guest, way):
        way.listen(True)
        guest.console.wait_for(rf"isboot: .* back at \S+:{way.port} ", BACK_LIMIT, "the session")
