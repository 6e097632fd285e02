#!/usr/bin/env python3
"""`isboot check` takes disks as Linux takes them: what no boot needs is no failure, whatever the
target says of it. Usage: odd_disk_test.py ISBOOT [unittest arguments].
"""

import scripted_disk as disk
from checked_target import CheckedTarget, main
from scripted_target import Script


class OddDisk(CheckedTarget):

    def test_is_busy_for_a_moment(self):
        for command in (disk.INQUIRY, disk.TEST_UNIT_READY, disk.READ_CAPACITY_16,
                        disk.READ_10):
            for answer in (disk.BUSY, disk.TASK_SET_FULL, disk.NOT_READY, disk.ABORTED):
                with self.subTest(command=command, answer=answer):
                    self.takes(Script(senses=((command, answer),)))

    def test_has_a_size_only_later(self):
        self.takes(Script(sizeless=1))

    def test_ends_the_session_on_what_no_boot_asks(self):
        self.takes(Script(ends_at=(disk.REPORT_LUNS,)))

    def test_has_blocks_that_linux_has_not(self):
        for size, taken in ((520, False), (8192, False), (1024, True), (2048, True)):
            with self.subTest(size):
                done = self.checked(Script(block_size=size))
                self.assertEqual(done.returncode, 0 if taken else 1, done.stderr)

    def test_has_a_size_that_is_negative_to_linux(self):
        """Then that asks with the short command."""
        self.takes(Script(answers=((disk.READ_CAPACITY_16, disk.capacity(0xfffffe00)),)))

    def test_has_not_every_command(self):
        """What Linux does without is no need of a boot."""
        fine = {"luns": (20, 40)}
        for changes in ({"lun0_lists": False}, {"refused": (disk.REPORT_LUNS,)},
                        {"refused": (disk.READ_CAPACITY_16,)}, {"refused": (disk.READ_16,)},
                        {"refused": (disk.REPORT_LUNS, disk.READ_CAPACITY_16, disk.READ_16),
                         "lun0_lists": False},
                        {"refused": (disk.READ_CAPACITY_16,), "block_size": 4096},
                        {"refused": (disk.TEST_UNIT_READY,)},
                        {"sizes": ((disk.INQUIRY, 36), (disk.READ_CAPACITY_16, 12))},
                        {"sizes": ((disk.INQUIRY, 5), (disk.READ_CAPACITY_16, 8))},
                        {"sizes": ((disk.READ_CAPACITY_10, 4),), "refused": (disk.READ_CAPACITY_16,)}):
            with self.subTest(changes):
                self.takes(Script(**fine, **changes), lun="14")

    def test_has_no_size_that_linux_would_take(self):
        """Where nothing comes Linux reads zeros: one block."""
        for changes, blocks in (({"sizes": ((disk.READ_CAPACITY_16, 0),)}, 1),
                                ({"answers": ((disk.READ_CAPACITY_16, b"\xff" * 8 + bytes(24)),)}, 0)):
            with self.subTest(changes):
                done = self.checked(Script(**changes))
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"no disk to boot from: {blocks} blocks of 512 bytes", done.stderr)

    def test_has_attentions_in_between(self):
        for attentions in ((disk.TEST_UNIT_READY,), (disk.TEST_UNIT_READY,) * 3,
                           (disk.READ_CAPACITY_16, disk.READ_10, disk.TEST_UNIT_READY)):
            with self.subTest(attentions):
                self.takes(Script(attentions=attentions))

    def test_says_its_sense_in_few_words(self):
        """By the key alone Linux tells what passes."""
        senses = tuple((command, disk.ATTENTION) for command in (
            disk.TEST_UNIT_READY, disk.READ_CAPACITY_16, disk.READ_10))
        for changes in ({"sense_bytes": 8}, {"sense_bytes": 3}, {"is_descriptor": True},
                        {"is_descriptor": True, "sense_bytes": 4},
                        {"is_descriptor": True, "sense_bytes": 2}):
            with self.subTest(changes):
                self.takes(Script(senses=senses, **changes))

    def test_cannot_carry_out_what_no_boot_needs(self):
        row = self.takes(Script(responses=((disk.REPORT_LUNS, 1),)))
        self.assertEqual(len(row["disk"]["notes"]), 1)
        done = self.checked(Script(responses=((disk.READ_10, 1),)))
        self.assertIn("READ of LUN 1: the target could not carry it out (response 1)", done.stderr)

    def test_cannot_carry_out_what_linux_sends_again_without_end(self):
        """check_agrees_test.py has seen the kernel do it."""
        for command in (disk.TEST_UNIT_READY, disk.READ_CAPACITY_16, disk.MODE_SENSE):
            with self.subTest(command):
                done = self.checked(Script(responses=((command, 1),)))
                self.assertEqual(done.returncode, 1)
                self.assertIn("Linux would send it again without end", done.stderr)

    def test_is_write_protected(self):
        row = self.takes(Script(answers=((disk.MODE_SENSE, disk.WRITE_PROTECTED),)))
        self.assertEqual(row["disk"]["notes"],
                         ["write-protected: a boot has the disk, and root stays read-only"])

    def test_is_reserved_by_another_machine(self):
        self.takes(Script(always=((disk.TEST_UNIT_READY, disk.CONFLICT),)))
        done = self.checked(Script(always=((disk.READ_10, disk.CONFLICT),)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("READ of LUN 1: reservation conflict (SCSI status 18)", done.stderr)
        self.assertIn("next: end the reservation", done.stderr)

    def test_has_odd_pages(self):
        self.takes(Script(sizes=((disk.INQUIRY, 0),)))
        for page, data in ((0x83, b"\0\x83\0\0"), (0x83, b"\0\x83\xff\xff\1\3\0\xff\1\2\3"),
                           (0x83, b"\0\x80\0\4S001"), (0x83, b"\0\x83\0\x0c\1"),
                           (0x80, b"\0\x80\0\0"), (0x80, b"\0\x80\0\x08        "),
                           (0x80, b"\0\x80\0")):
            with self.subTest(page=page, data=data):
                row = self.takes(Script(pages=((page, data),)))
                self.assertIsNone(row["disk"]["identification" if page == 0x83 else "serial"])

    def test_has_an_odd_list_of_luns(self):
        for answer in (b"\0\0\0\x0b" + bytes(12), b"\xff\xff\xff\xf8" + bytes(12), b"\0\0\0\x08",
                       bytes(8)):
            with self.subTest(answer):
                self.takes(Script(answers=((disk.REPORT_LUNS, answer),)))

    def test_sends_data_in_pieces(self):
        for piece in (4, 100, 512):
            self.takes(Script(piece=piece))
            self.takes(Script(piece=piece, last_piece_first=True))

    def test_numbers_its_data_as_linux_would_not_take_it(self):
        done = self.checked(Script(piece=512, data_sn_stays=True))
        self.assertEqual(done.returncode, 1)
        self.assertIn("READ of LUN 1: Data-In with a DataSN that is not the next", done.stderr)

    def test_names_luns_in_every_form(self):
        for lun in ("412c", "412c-0-0-0"):
            self.takes(Script(luns=(300,)), lun=lun)
        done = self.checked(Script(luns=(2,)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no LUN 1", done.stderr)
        self.assertIn("next: check the LUN; the target has 2", done.stderr)


if __name__ == "__main__":
    main()
