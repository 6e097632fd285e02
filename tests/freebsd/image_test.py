#!/usr/bin/python3
"""A whole FreeBSD machine whose only disk comes over iSCSI: iPXE, loader, kernel, rc(8), iscsid(8).

For whoever has a FreeBSD, to prove an update of the module or of the system:

    ISBOOT_FREEBSD_IMAGE=disk.raw ISBOOT_FREEBSD_KERNEL=folder tests/freebsd/image_test.py -v

The image is a raw disk with loader.efi in its EFI partition and a UFS root that rc(8) brings to a
login prompt on the serial line (boot_serial="YES"), where root has no password, as an official VM
image has it. The folder holds isboot.ko and whatever else of /boot/kernel is to be replaced; it is
installed by a first start that has the image as a local disk. Without a folder the image is taken
as it is. Nothing is written to the image: the test works on a copy.

ISBOOT_FREEBSD_SLOW=N multiplies every limit.
"""

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
from harness.relay import Relay  # noqa: E402
from harness.workspace import Workspace  # noqa: E402

SLOW = float(os.environ.get("ISBOOT_FREEBSD_SLOW", "1"))
LOGIN_LIMIT = 900 * SLOW  # from power-on, under emulation
COMMAND_LIMIT = 120 * SLOW
END_LIMIT = 180 * SLOW  # reboot(8) and power-off
BACK_LIMIT = 90 * SLOW  # from the target's return to the next write
OUTAGES = (5, 80)  # seconds; after 60 iscsi(4) gives a login up and asks anew
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
        self.call("stty -echo; true")

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


def over_iscsi(workspace, *ports):
    """Each port is a way to the disk that firmware tells of."""
    ways = [f"iscsi:{machine.HOST}:tcp:{port}:{target.LUN}:{target.NAME}" for port in ports]
    script = machine.write_script(workspace, ports[0])
    script.write_text(script.read_text().replace(ways[0], " ".join(ways)))
    vm = machine.from_ipxe(workspace, "virtio-net-pci", uefi=True)
    vm.add("-m", "1024")
    return Guest(vm)


def folder_disk(workspace, folder):
    """A FAT disk with the files to install."""
    disk = workspace / "folder.img"
    with open(disk, "wb") as image:
        image.truncate(FOLDER_MIB * 1024 * 1024)
    run("mformat", "-i", disk, "-F", "-T", FOLDER_MIB * 2048, "-h", 255, "-s", 63, "::")
    run("mmd", "-i", disk, "::/kernel")
    run("mcopy", "-i", disk, *sorted(pathlib.Path(folder).iterdir()), "::/kernel/")
    freebsd = PROJECT / "platform/freebsd"
    run("mcopy", "-i", disk, freebsd / "rc.conf.d/isboot", "::/network")
    run("mcopy", "-i", disk, freebsd / "rc.d/isboot", "::/rc.d")
    return disk


@unittest.skipUnless("ISBOOT_FREEBSD_IMAGE" in os.environ,
                     "ISBOOT_FREEBSD_IMAGE names no FreeBSD disk image")
class Image(unittest.TestCase):

    def setUp(self):
        self.workspace = Workspace("freebsd-image")
        self.image = self.workspace / "disk.img"
        shutil.copy(os.environ["ISBOOT_FREEBSD_IMAGE"], self.image)
        folder = os.environ.get("ISBOOT_FREEBSD_KERNEL")
        if folder:
            disk = folder_disk(self.workspace, folder)
            with local(self.workspace, self.image, disk).running() as guest:
                for command in INSTALL:
                    guest.call(command)
                guest.start("shutdown -p now")
                guest.wait_for_end()

    def test_root_on_iscsi(self):
        """It boots, comes through two outages under writes, reboots, ends; all is on the disk."""
        with target.serving(self.workspace, self.image) as server:
            with over_iscsi(self.workspace, server.port).running() as guest:
                self._is_on_iscsi(guest, server)
                guest.call("service iscsid onestatus || service iscsid onestart")
                guest.start(WRITER)
                for seconds in OUTAGES:
                    self._survives(guest, server, seconds)
                self._is_on_iscsi(guest, server)
                written = self._last_written(guest)
                self.assertLess(self._ends(guest, "shutdown -r now"), END_LIMIT)
            with over_iscsi(self.workspace, server.port).running() as guest:
                self.assertIsNotNone(guest.console.first(r"FILE SYSTEM CLEAN"))
                kept = int(guest.call("head -n 1 /root/isboot-number"))
                self.assertGreaterEqual(kept, written, "a write that was acknowledged is lost")
                self._is_sound(guest)
                self.assertLess(self._ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()

    def test_two_paths(self):
        """Each way that firmware tells of has a session and a disk; one is cut at a time."""
        with target.serving(self.workspace, self.image) as server, contextlib.ExitStack() as stack:
            ways = [Relay(server.port), Relay(server.port)]
            for way in ways:
                stack.callback(way.end)
            with over_iscsi(self.workspace, *(way.port for way in ways)).running() as guest:
                self.assertEqual(len(guest.call("sysctl -n kern.disks").split()), 2)
                guest.start(WRITER)
                for way in reversed(ways):
                    self._comes_back(guest, way)
                sessions = server.admin("--mode", "conn", "--op", "show", "--tid", 1).decode()
                self.assertEqual(sessions.count("Session:"), 2, sessions)
                self.assertLess(self._ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()

    def _comes_back(self, guest, way):
        way.listen(False)
        way.reset()
        guest.console.wait_for(rf"isboot: .*:{way.port}: cannot connect", BACK_LIMIT, "the loss")
        way.listen(True)
        guest.console.wait_for(rf"isboot: .* back at \S+:{way.port} ", BACK_LIMIT, "the session")
        guest.console.wait_for(r"isboot-wrote-\d+", BACK_LIMIT, "a write after it")
        kept = guest.call("sysctl -n hw.isboot.paths_kept")
        self.assertEqual(kept.count(" kept "), 2, kept)

    def _is_on_iscsi(self, guest, server):
        disk = guest.call("sysctl -n hw.isboot.disk").strip()
        self.assertRegex(disk, r"^da\d+$")
        self.assertEqual(guest.call("sysctl -n kern.disks").split(), [disk])
        self.assertEqual(guest.call("sysctl -n hw.isboot.state").strip(), "kept")
        self.assertRegex(guest.call("iscsictl -L"), rf"{target.NAME}.*Connected: .*{disk}")
        sessions = server.admin("--mode", "conn", "--op", "show", "--tid", 1).decode()
        self.assertEqual(sessions.count("Session:"), 1, sessions)

    def _survives(self, guest, server, seconds):
        """The target dies, every signal comes, the target is back: so are the writes."""
        guest.console.wait_for(r"isboot-wrote-\d+", COMMAND_LIMIT, "a write")
        before = guest.number("hw.isboot.recoveries")
        process = guest.call("pgrep -S -x isboot").split()[-1]
        numbers = " ".join(map(str, range(1, 32)))
        away = time.monotonic()
        server.kill()
        guest.start(f"for s in {numbers}; do kill -$s {process}; done; echo isboot-'signalled'")
        guest.console.wait_for(r"isboot-signalled", seconds, "the signals")
        guest.console.follow(max(0, seconds - (time.monotonic() - away)))
        server.start()
        guest.console.wait_for(r"isboot: .* back at ", BACK_LIMIT, "the session")
        guest.console.wait_for(r"isboot-wrote-\d+", BACK_LIMIT, "a write after the outage")
        self.assertEqual(guest.number("hw.isboot.recoveries"), before + 1)

    def _last_written(self, guest):
        return max(int(found.group(1)) for _, text in guest.console.lines
                   if (found := re.search(r"isboot-wrote-(\d+)", text)))

    def _is_sound(self, guest):
        """The root file system, made read-only, as fsck(8) sees it without the journal's help."""
        device = guest.call("mount -p | awk '$2 == \"/\" {print $1}'").strip()
        guest.call("sync; mount -fur /")
        self.assertNotRegex(guest.call(f"fsck_ffs -fn {device}", LOGIN_LIMIT),
                            r"INCONSISTENC|UNREF|BAD|MISSING|ERROR")

    def _ends(self, guest, command):
        """Seconds until the machine has."""
        started = time.monotonic()
        guest.start(command)
        guest.wait_for_end()
        disorder = [text for _, text in guest.console.lines if re.search(DISORDER, text)]
        self.assertEqual(disorder, [])
        return time.monotonic() - started


if __name__ == "__main__":
    unittest.main()
