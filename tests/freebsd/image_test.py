#!/usr/bin/python3
"""A whole FreeBSD machine whose only disk comes over iSCSI: iPXE, loader, kernel, rc(8), iscsid(8).

For whoever has a FreeBSD, to prove an update of the module or of the system:

    ISBOOT_FREEBSD_IMAGE=disk.raw ISBOOT_FREEBSD_KERNEL=folder tests/freebsd/image_test.py -v

The image is a raw disk with loader.efi in its EFI partition and a UFS or ZFS root that rc(8) brings
to a login prompt on the serial line (boot_serial="YES"), where root has no password, as an official
VM image has it. The folder holds isboot.ko and whatever else of /boot/kernel is to be replaced; it is
installed by a first start that has the image as a local disk. Without a folder the image is taken
as it is. Nothing is written to the image: the test works on a copy.

ISBOOT_FREEBSD_SLOW=N multiplies every limit.
"""

import contextlib
import os
import re
import time
import unittest

from image_machine import BACK_LIMIT, WRITER, ImageCase, over_iscsi, target
from harness.freebsd import COMMAND_LIMIT, END_LIMIT, LOGIN_LIMIT
from harness.relay import Relay

OUTAGES = (5, 80)  # seconds; after 60 iscsi(4) gives a login up and asks anew
SECTOR = 512
# gmultipath(8) keeps its label in the last sector of a disk, here one behind GPT's second table.
# What root is on is named by it from then on, and I/O of a dead path is to fail at once. The flag
# lets a disk that is in use be labelled.
ROOT_PART = ("dev=$(mount -p | awk '$2 == \"/\" {print $1}'); dev=${dev#/dev/}; "
             "part=$(glabel status -s | awk -v d=$dev '$1 == d {print $3}'); part=${part:-$dev}")
MULTIPATH = ("kldload -n geom_multipath",
             "sysctl kern.geom.debugflags=16",
             "gmultipath label -v ROOT vtbd0",
             f"{ROOT_PART}; sed -i '' \"s,^/dev/$dev[[:space:]],/dev/multipath/ROOT${{part#vtbd0}} ,\""
             " /etc/fstab",
             "printf '%s\\n' 'geom_multipath_load=\"YES\"' 'kern.iscsi.fail_on_disconnection=1'"
             " >>/boot/loader.conf")


class Image(ImageCase):

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
                self.assertLess(self.ends(guest, "shutdown -r now"), END_LIMIT)
            with over_iscsi(self.workspace, server.port).running() as guest:
                kept = int(guest.call("head -n 1 /root/isboot-number"))
                self.assertGreaterEqual(kept, written, "a write that was acknowledged is lost")
                self._is_sound(guest)
                self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()

    def test_two_paths(self):
        """Each way that firmware tells of has a session and a disk; one is cut at a time."""
        with self._two_ways() as (guest, ways, server):
            guest.start(WRITER)
            for way in reversed(ways):
                self.cut(guest, way)
                self.mend(guest, way)
                self.writes(guest)
                self._keeps_two(guest, server)
            self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()

    def test_bios(self):
        """The disk's own boot code, by iPXE's BIOS calls, in place of an EFI partition."""
        with target.serving(self.workspace, self.image) as server, \
             over_iscsi(self.workspace, server.port, uefi=False).running() as guest:
            self.assertEqual(guest.call("sysctl -n machdep.bootmethod").strip(), "BIOS")
            self._is_on_iscsi(guest, server)
            self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()

    @contextlib.contextmanager
    def _two_ways(self):
        """The machine, its two ways, the target."""
        with target.serving(self.workspace, self.image) as server, contextlib.ExitStack() as stack:
            ways = [Relay(server.port), Relay(server.port)]
            for way in ways:
                stack.callback(way.end)
            with over_iscsi(self.workspace, *(way.port for way in ways)).running() as guest:
                self._keeps_two(guest, server)
                yield guest, ways, server

    def _keeps_two(self, guest, server):
        disks = [disk for disk in guest.call("sysctl -n kern.disks").split() if disk[:2] == "da"]
        self.assertEqual(len(disks), 2, disks)
        kept = guest.call("sysctl -n hw.isboot.paths_kept")
        self.assertEqual(kept.count(" kept "), 2, kept)
        sessions = server.admin("--mode", "conn", "--op", "show", "--tid", 1).decode()
        self.assertEqual(sessions.count("Session:"), 2, sessions)

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
        self.writes(guest)
        self.assertEqual(guest.number("hw.isboot.recoveries"), before + 1)

    def _last_written(self, guest):
        return max(int(found.group(1)) for _, text in guest.console.lines
                   if (found := re.search(r"isboot-wrote-(\d+)", text)))

    def _is_sound(self, guest):
        """The root file system: ZFS as it is read, whose checksums are all compared; another as fsck(8)
        found it at the start, and, made read-only, finds it without the journal's help."""
        device, kind = guest.call("mount -p | awk '$2 == \"/\" {print $1, $3}'").split()
        if kind == "zfs":
            guest.call("find / -xdev -type f -exec cat {} + >/dev/null", LOGIN_LIMIT)
            return
        self.assertIsNotNone(guest.console.first(r"FILE SYSTEM CLEAN"))
        guest.call("sync; mount -fur /")
        self.assertNotRegex(guest.call(f"fsck_ffs -fn {device}", LOGIN_LIMIT),
                            r"INCONSISTENC|UNREF|BAD|MISSING|ERROR")


class Multipath(Image):
    """Root on gmultipath(8): no write waits for a path that is away."""

    settings = MULTIPATH
    test_root_on_iscsi = test_bios = None  # the parent's alone

    def prepare(self):
        os.truncate(self.image, os.path.getsize(self.image) + SECTOR)

    def test_two_paths(self):
        with self._two_ways() as (guest, ways, server):
            self.assertRegex(guest.call("mount -p"), r"(?m)^/dev/multipath/ROOT\S*\s+/\s")
            guest.start(WRITER)
            for way in ways:
                self.cut(guest, way)
                self.writes(guest)
                self.assertRegex(guest.call("gmultipath status -s"), r"multipath/ROOT\s+DEGRADED")
                self.mend(guest, way)
                self.writes(guest)
                self.assertRegex(guest.call("gmultipath status -s"), r"multipath/ROOT\s+OPTIMAL")
                self._keeps_two(guest, server)
            self.assertLess(self.ends(guest, "shutdown -p now"), END_LIMIT)
        self.workspace.clear()


if __name__ == "__main__":
    unittest.main()
