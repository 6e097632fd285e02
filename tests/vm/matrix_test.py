"""The matrix's array and its judgement; no machine is started."""

import contextlib
import io
import itertools
import pathlib
import subprocess
import tempfile
import unittest
from unittest import mock

import matrix
from harness import matrix_machine, matrix_rows
from harness.boot import POWER_OFF_LIMIT, Boot
from harness.console import ConsoleError
from harness.covering import coverable, rows
from harness.target import PortTaken

AXES = {"a": ("1", "2", "3"), "b": ("x", "y"), "c": ("p", "q", "r"), "d": ("on", "off")}


def allowed(row):
    return not (row.get("a") == "3" and row.get("b") == "y")


def every_part(table, strength):
    return {part for row in table for part in itertools.combinations(sorted(row.items()), strength)}


class CoveringArray(unittest.TestCase):

    def test_covers_every_pair_that_can_be(self):
        table = rows(AXES, allowed)
        self.assertTrue(set(coverable(AXES, allowed)) <= every_part(table, 2))
        # Among them all pairs that nothing forbids, counted by hand: 6+9+6+6+4+6, less one.
        self.assertEqual(len(coverable(AXES, allowed)), 36)
        self.assertLess(len(table), 3 * 2 * 3 * 2 / 2)

    def test_covers_every_triple(self):
        self.assertTrue(set(coverable(AXES, allowed, 3)) <= every_part(rows(AXES, allowed, 3), 3))

    def test_no_row_is_forbidden(self):
        for row in rows(AXES, allowed):
            self.assertTrue(allowed(row))
            self.assertEqual(list(row), list(AXES))

    def test_same_seed_same_rows(self):
        self.assertEqual(rows(AXES, allowed, seed=7), rows(AXES, allowed, seed=7))
        self.assertNotEqual(rows(AXES, allowed, seed=7), rows(AXES, allowed, seed=8))

    def test_a_pair_that_only_a_forbidden_row_has_is_not_asked_for(self):
        def narrow(row):
            # What is left of a="3" must have c="p", by way of b.
            return allowed(row) and not (row.get("b") == "x" and row.get("c") in ("q", "r"))
        self.assertNotIn((("a", "3"), ("c", "q")), coverable(AXES, narrow))
        self.assertIn((("a", "3"), ("c", "p")), coverable(AXES, narrow))


    def test_goes_on_from_rows_that_are_given(self):
        before = rows({name: AXES[name] for name in ("a", "b", "c")}, allowed)
        table = rows(AXES, allowed, given=[{**row, "d": "on"} for row in before])
        self.assertEqual(table[:len(before)], [{**row, "d": "on"} for row in before])
        self.assertTrue(set(coverable(AXES, allowed)) <= every_part(table, 2))


class Rows(unittest.TestCase):

    def test_of_axes_that_came_later_leave_those_from_before(self):
        first = rows(matrix_rows.FIRST_AXES, matrix_rows.allowed)
        names = ["+".join(row.values()) for row in first]
        self.assertEqual([matrix_rows.name_of(row).removesuffix("+plain+isboot-init+host")
                          for row in matrix_rows.rows()[:len(first)]], names)
        self.assertEqual(names[0], "tableless+chap+static+virtio-net-pci+none+2+2048+tgt+bookworm")
        second = [row for row in matrix_rows.rows() if row["network"] == "vlan"]
        self.assertEqual(matrix_rows.name_of(second[0]), "edk2+mutual+static+virtio-net-pci+none+2+256+"
                         "lio+bookworm+vlan+isboot-init+host")

    def test_have_each_pair_that_can_be_where_isboot_runs(self):
        made = matrix_rows.rows()
        having_room = [row for row in made if not matrix_rows.no_room(row)]
        self.assertLess(len(having_room), len(made))
        pairs = set(coverable(matrix_rows.AXES, matrix_rows.reaches_isboot))
        self.assertTrue(pairs <= every_part(having_room, 2))

    def test_are_named_and_found_by_their_name(self):
        for row in matrix_rows.rows():
            self.assertEqual(matrix_rows.row_of(matrix_rows.name_of(row)), row)

    def test_each_turn_has_one_that_boots(self):
        names = {matrix.row_of_turn(number) for number in range(100)}
        self.assertGreater(len(names), 45)
        self.assertEqual(matrix.row_of_turn(0), "tableless+chap+static+virtio-net-pci+none+2+2048+tgt+"
                         "bookworm+plain+isboot-init+host")
        for name in names:
            self.assertNotRegex(name, r"ctld|freebsd|gotgt|iesp|(ipxe|edk2).*icount")
            self.assertNotRegex(name, r"^(ipxe(13)?-uefi|edk2)\+.*\+256\+")
        for values in matrix_rows.FOURTH_AXES.values():
            for value in values:
                self.assertTrue(any(value in name.split("+") for name in names), value)

    def test_turns_with_values_are_those_alone(self):
        names = {matrix.row_of_turn(number, ("trixie", "dracut")) for number in range(100)}
        self.assertGreater(len(names), 3)
        for name in names:
            self.assertLessEqual({"trixie", "dracut"}, set(name.split("+")))

    def test_other_names_are_refused(self):
        for name in ("", "table", "edk2+none+dhcp+e1000+none+1+512",
                     "bios+none+dhcp+e1000+none+1+512"):
            with self.assertRaises(ValueError):
                matrix_rows.row_of(name)


class Report(unittest.TestCase):
    """What a row wants is what its system has to have."""

    PLAIN = {"mtu": "1500", "digest": "none", "auth": "none"}

    def expect(self, name, **report):
        matrix_machine.check_report(matrix_rows.row_of(name), {**self.PLAIN, **report})

    def test_has_what_the_row_says(self):
        self.expect("table+none+dhcp+e1000+none+1+512+tgt+bookworm+plain+isboot-init+host")
        name = "table+mutual+dhcp+e1000+header,data+1+512+tgt+bookworm+jumbo+isboot-init+host"
        right = {"mtu": "9000", "digest": "header,data", "auth": "mutual"}
        self.expect(name, **right)
        for word, wrong in (("mtu", "1500"), ("digest", "none"), ("digest", "header"), ("auth", "chap")):
            with self.subTest(word=word, wrong=wrong), self.assertRaisesRegex(AssertionError, wrong):
                self.expect(name, **{**right, word: wrong})

    def test_of_a_target_without_digests_has_none(self):
        row = {"target": "gotgt", "digest": "header,data"}
        self.assertEqual(matrix_rows.digests_of(row), "none")


class Judgement(unittest.TestCase):

    def test_a_kernel_that_the_emulator_has_broken_did_not_end(self):
        with self.assertRaises(ConsoleError) as caught:
            matrix.watch(0, "[    1.123806] Oops: int3: 0000 [#1] SMP NOPTI")
        self.assertNotIsInstance(caught.exception, matrix.GaveUp)
        self.assertEqual(matrix.of_error(caught.exception), matrix.NOT_ENDED)
        with self.assertRaises(matrix.GaveUp):
            matrix.watch(0, "[    1.1] Kernel panic - not syncing: VFS")

    def test_a_host_that_is_too_busy_is_no_failure(self):
        for error, verdict in ((subprocess.TimeoutExpired("qemu", 60), matrix.NOT_ENDED),
                               (PortTaken("tgtd ended at once"), matrix.NOT_ENDED),
                               (ConsoleError("the power-off: not within 60 s"), matrix.NOT_ENDED),
                               (ConsoleError("the machine ended before the peer's start"), matrix.NOT_ENDED),
                               (ConsoleError("the machine ended before the report"), matrix.FAILED),
                               (AssertionError("digest is none"), matrix.FAILED)):
            with self.subTest(error=error), mock.patch.object(matrix.matrix_machine, "boot_of") as boot_of, \
                    contextlib.redirect_stdout(io.StringIO()):
                boot_of.return_value.run.side_effect = error
                self.assertEqual(matrix.run_row(matrix_rows.name_of(matrix_rows.rows()[0])), verdict)

    def test_a_machine_that_counts_instructions_has_longer_to_power_off(self):
        boot, qemu = mock.Mock(slowness=matrix_machine.ICOUNT_SLOWNESS), mock.Mock()
        Boot.wait_for_power_off(boot, qemu)
        qemu.wait.assert_called_once_with(POWER_OFF_LIMIT * matrix_machine.ICOUNT_SLOWNESS)

    def test_of_a_row_that_fails_in_a_process_it_is_said_why(self):
        status, _, said = matrix._in_a_process("no+row")  # pylint: disable=protected-access
        self.assertEqual(status, matrix.FAILED)
        self.assertIn("ValueError: no row no+row", said)

    def test_only_a_row_that_did_not_end_is_run_again(self):
        for said, times, verdict in (
                ([matrix.PASSED], 1, matrix.PASSED),
                ([matrix.FAILED, matrix.PASSED], 1, matrix.FAILED),
                ([matrix.NOT_ENDED, matrix.PASSED], 2, matrix.PASSED),
                ([matrix.NOT_ENDED, matrix.NOT_ENDED, matrix.PASSED], 2, matrix.NOT_ENDED)):
            with self.subTest(said=said):
                left = list(said)
                self.assertEqual(matrix.judge(lambda left=left: left.pop(0)), verdict)
                self.assertEqual(len(said) - len(left), times)

    def test_of_all_rows_is_said_counted_and_in_the_table_in_their_order(self):
        names = [matrix_rows.name_of(row) for row in matrix_rows.rows()[:3]]
        ends = dict(zip(names, (matrix.PASSED, matrix.FAILED, matrix.PASSED)))
        said = io.StringIO()
        with tempfile.TemporaryDirectory() as build, contextlib.redirect_stdout(said), \
                mock.patch.object(matrix, "BUILD", pathlib.Path(build)), \
                mock.patch.object(matrix, "_in_a_process", lambda name: (ends[name], 7, f"why {name} ended")):
            counts = matrix.run_all(names)
            table = (pathlib.Path(build) / "matrix/table.md").read_text(encoding="ascii")
        self.assertEqual(counts, {matrix.PASSED: 2, matrix.FAILED: 1})
        self.assertEqual(table, matrix.table(list(ends.items())))
        self.assertIn("3 of 3: ", said.getvalue())
        self.assertIn(f"{names[1]}: fails, 7 s\nwhy {names[1]} ended\n", said.getvalue())
        self.assertNotIn(f"why {names[0]}", said.getvalue())


if __name__ == "__main__":
    unittest.main()
