"""What the console's checks find; starts no machine."""

import os
import unittest

from harness.console import Console, Stream

# What kernels say where a disk went away under a file system.
ERRORS = ("EXT4-fs (sda3): shut down requested (2)",
          "Aborting journal on device sda3-8.",
          "device offline error, dev sda, sector 123 op 0x1:(WRITE) flags 0x800 phys_seg 1",
          "Buffer I/O error on dev sda3, logical block 0, lost sync page write",
          "I/O error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 2",
          "EXT4-fs error (device sda3): ext4_journal_check_start:83: Detected aborted journal",
          "sd 0:0:0:1: [sda] Synchronize Cache(10) failed: Result: hostbyte=DID_TRANSPORT_DISRUPTED",
          "XFS (sda3): Filesystem has been shut down due to log error (0x2).",
          "XFS (sda3): log I/O error -5",
          "BTRFS error (device sda3: state EA): bdev /dev/sda3 errs: wr 1, rd 0, flush 0",
          "BTRFS critical (device sda3): corrupt leaf: root=1 block=5",
          "BTRFS info (device sda3: state EA): forced readonly",
          "EXT4-fs (sda3): Remounting filesystem read-only",
          "JBD2: I/O error when updating journal superblock for sda3-8.",
          "FAT-fs (sda2): unable to read boot sector to mark fs as dirty")
HARMLESS = ("EXT4-fs (sda3): mounted filesystem with ordered data mode. Quota mode: none.",
            "EXT4-fs (sda3): unmounting filesystem.",
            "EXT4-fs (sda3): re-mounted. Opts: errors=remount-ro. Quota mode: none.",
            "XFS (sda3): Ending clean mount",
            "BTRFS info (device sda3): using crc32c (crc32c-intel) checksum algorithm",
            "sd 0:0:0:1: [sda] Synchronizing SCSI cache")


class Errors(unittest.TestCase):

    def test_each_is_found(self):
        for line in ERRORS:
            with self.subTest(line), self.assertRaisesRegex(AssertionError, "errors on the console"):
                self._console(f"[   12.345678] {line}").expect_no_error()

    def test_what_a_good_machine_says_is_none(self):
        self._console(*HARMLESS).expect_no_error()

    def test_what_one_line_says_hides_nothing_of_the_other(self):
        for waited_for in (("RAN 0", "the machine ends", "RAN 1"), ("the machine ends", "RAN 0", "RAN 1")):
            console = self._console("the machine ends", channel=("RAN 0", "RAN 1"))
            for what in waited_for:
                console.wait_for(what, 1, what)

    def test_the_same_line_is_not_found_twice(self):
        console = self._console("once")
        console.wait_for("once", 1, "the line")
        with self.assertRaisesRegex(AssertionError, "ended before"):
            console.wait_for("once", 1, "another")

    def _console(self, *lines, channel=()):
        console = Console(self._stream(lines), self._stream(channel))
        self.addCleanup(console.close)
        console.follow(60)
        return console

    def _stream(self, lines):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        os.write(write, "".join(f"{line}\r\n" for line in lines).encode())
        os.close(write)
        return Stream(read, "/dev/null")


if __name__ == "__main__":
    unittest.main()
