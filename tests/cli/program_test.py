"""The program as people and scripts use it: exit status, messages, JSON."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ISBOOT = os.environ.get("ISBOOT_BINARY", PROJECT / "build/dev/isboot")
TABLE = PROJECT / "tests/fixtures/ibft/ipxe-uefi-virtio-nochap.bin"
SUBCOMMANDS = ("boot", "init", "plan", "check", "discover", "ibft", "keep", "status", "timeline", "initramfs")


def isboot(*arguments):
    return subprocess.run([ISBOOT, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False)


class Program(unittest.TestCase):

    def test_every_subcommand_has_help(self):
        for name in SUBCOMMANDS:
            with self.subTest(name):
                done = isboot(name, "--help")
                self.assertEqual(done.returncode, 0)
                self.assertIn(name, done.stdout)

    def test_usage_errors_have_status_2(self):
        for arguments in ([], ["reboot"], ["boot", "--vlan", "4095"], ["plan", "--colour"]):
            with self.subTest(arguments):
                done = isboot(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertTrue(done.stderr)

    def test_numbers_are_decimal(self):
        for command in (["detach", "x", "--limit"], ["keep", "--shutdown", "--limit"], ["keep", "--adopt"]):
            for number in ("0x10", " 5", "+5", "-1", "5s", ""):
                with self.subTest(command, number=number):
                    self.assertEqual(isboot(*command, number).returncode, 2)
        self.assertIn("1 to 3600", isboot("detach", "x", "--limit", "0").stderr)

    def test_status_has_one_form_at_a_time(self):
        forms = ("--json", "--prometheus", "--line", "--unit")
        for one, other in ((a, b) for a in forms for b in forms if a != b):
            with self.subTest(one, other=other):
                self.assertEqual(isboot("status", one, other).returncode, 2)

    def test_no_table_is_status_3_and_one_line(self):
        """What `boot` does on a machine that was not booted from iSCSI, as this one."""
        done = isboot("boot", "--table", "acpi:9")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("no iBFT", done.stderr)

    def test_output_that_is_lost_is_a_failure(self):
        """A disk that is full. A reader that has gone is none."""
        for arguments in (["ibft", "show", "--json", TABLE], ["plan", "--help"]):
            with self.subTest(arguments), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([ISBOOT, *map(str, arguments)], stdout=full, timeout=60,
                                      stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("No space left on device", done.stderr)
                self.assertIn("next: ", done.stderr.splitlines()[-1])
        gone, ours = os.pipe()
        os.close(gone)
        done = subprocess.run([ISBOOT, "ibft", "show", TABLE], stdout=ours, timeout=60,
                              stderr=subprocess.PIPE, restore_signals=False, check=False)
        os.close(ours)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def as_other_machine(self, *arguments):
        """With a /run of its own, and no keeper."""
        if os.geteuid() != 0:
            self.skipTest("root makes a mount namespace")
        words = " ".join([str(ISBOOT), *arguments])
        return subprocess.run(["unshare", "-m", "sh", "-c", f"mount -t tmpfs none /run && {words}; s=$?; ls /run; exit $s"],
                              capture_output=True, text=True, timeout=60, check=False)

    def test_keep_without_a_session_is_status_3_and_touches_nothing(self):
        done = self.as_other_machine("keep")
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (3, "", "isboot: no session to keep\n"))

    def test_export_without_a_session_does_not_ask_for_a_keeper(self):
        done = self.as_other_machine("export", "/run/table")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "isboot: no session is kept\nisboot: next: isboot status\n")

    def test_whether_a_boot_is_wanted_is_an_exit_status_without_a_word(self):
        for table, status in ((TABLE, 0), ("/dev/null", 0), ("acpi:9", 3)):
            with self.subTest(table):
                done = isboot("boot", "--wanted", "--table", table)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (status, "", ""))

    def test_a_missing_file_is_a_failure_with_a_next_step(self):
        done = isboot("boot", "--table", "/no/such/table")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)
        self.assertIn("next: ", done.stderr.splitlines()[-1])

    def test_plan_explains_what_the_table_cannot_mean(self):
        """Two families, a NIC without address, a gateway without use; what is tried at once."""
        nics = [{"address": "10.0.2.15", "prefix": 24, "gateway": "10.0.2.15"},
                {"address": "2001:db8::15", "prefix": 64}, {}]
        targets = ["10.0.2.2", "10.0.3.2", "10.0.4.2"]
        table = self._table(nics, targets)
        plan = self._plan(table)
        self.assertEqual([path["step"] for path in plan["paths"]], [1, 1])
        first, second = plan["paths"]
        self.assertEqual(first["network_notes"],
                         ["the gateway is this NIC's own address: not used"])
        self.assertIsNone(first["network_error"])
        impossible = ("address 2001:db8::15/64, VLAN 0, target 10.0.3.2: NIC and target have "
                      "addresses of two families")
        self.assertEqual(second["network_error"], impossible)
        self.assertEqual(plan["left_out"],
                         [{"target_index": 2, "reason": "the NIC has no address"}])
        said = isboot("plan", "--table", table, "--paths", "first").stdout
        self.assertIn(f"not possible: {impossible}", said)
        self.assertIn("left out   target2: the NIC has no address", said)
        self.assertIn("not at all: isboot.paths=first", said)

    def test_plan_explains_routers_and_nics_apart(self):
        nics = [{"origin": "router-advertisement"},
                {"address": "10.0.2.15", "prefix": 24}, {"address": "10.0.2.16", "prefix": 24}]
        plan = self._plan(self._table(nics, ["2001:db8::7", "10.0.2.2", "10.0.2.2"]))
        advertised, apart, _ = sorted(plan["paths"], key=lambda path: path["target_index"])
        self.assertEqual(advertised["network"], [
            "heed router advertisements", "up",
            "wait for a router's advertisement, then route to the target"])
        self.assertIn("keep apart from other NICs", apart["network"])

    def test_plan_without_any_way_names_the_structure(self):
        done = isboot("plan", "--table", self._table([{}], ["10.0.2.2"]))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"offset \d+: the NIC has no address")
        self.assertIn("next: ", done.stderr.splitlines()[-1])

    def _table(self, nics, targets):
        """A file with the table of these NICs and a target for each."""
        spec = {"initiator": {"valid": True, "boot_selected": True,
                              "name": "iqn.2026-11.org.example:host"},
                "nics": [{"valid": True, "boot_selected": True, "index": number, "origin": "manual",
                          "mac": f"52:54:00:00:00:0{number}", **nic}
                         for number, nic in enumerate(nics)],
                "targets": [{"valid": True, "boot_selected": True, "nic_index": number,
                             "address": address, "port": 3260, "lun_number": 1,
                             "name": "iqn.2026-11.org.example:disk"}
                            for number, address in enumerate(targets)]}
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        given = pathlib.Path(folder.name, "spec.json")
        made = pathlib.Path(folder.name, "table.bin")
        given.write_text(json.dumps(spec), encoding="ascii")
        done = isboot("ibft", "build", given, "--output", made)
        self.assertEqual(done.returncode, 0, done.stderr)
        return made

    def _plan(self, table):
        done = isboot("plan", "--table", table, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_plan_says_what_boot_would_do(self):
        done = isboot("plan", "--table", TABLE, "--json", "--digest", "header")
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = json.loads(done.stdout)
        self.assertEqual(plan["timeout"], 120)
        self.assertEqual(plan["recovery"], "infinite")
        (path,) = plan["paths"]
        self.assertEqual(path["mac"], "52:54:00:12:34:56")
        self.assertEqual(path["portal"], "10.0.2.2:3260")
        self.assertEqual(path["target"], "iqn.2026-11.org.example:spike")
        self.assertEqual(path["lun"], "0001000000000000")
        self.assertEqual(path["authentication"], "none")
        self.assertTrue(path["header_digest"])
        self.assertIn("address 10.0.2.15/24", path["network"])
        self.assertTrue(path["reason"] and path["nic_reason"])

    def test_plan_is_a_page_too(self):
        done = isboot("plan", "--table", TABLE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"path 1 +target0 through nic0")
        self.assertRegex(done.stdout, r"network +address 10\.0\.2\.15/24")

    def test_plan_names_the_fault_of_a_damaged_table(self):
        table = bytearray(TABLE.read_bytes())
        table[9] ^= 1
        with tempfile.NamedTemporaryFile() as file:
            file.write(table)
            file.flush()
            done = isboot("plan", "--table", file.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("offset 9", done.stderr)
        self.assertIn("do not sum up to 0", done.stderr)

    def test_a_bad_parameter_is_shown_but_for_secrets(self):
        for word, value, shown in (("--vlan", "4095", "4095"), ("--url", "iscsi:10.0.0.1::0:1:x", "0:1:x"),
                                   ("--url", "iscsi://u%hush@10.0.0.1/x/1", "(hidden)")):
            done = isboot("plan", "--table", TABLE, word, value)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{word}: ", done.stderr)
            self.assertIn(shown, done.stderr)
            self.assertNotIn("hush", done.stderr)

    def test_init_is_for_pid_1(self):
        done = isboot("init")
        self.assertEqual(done.returncode, 2)
        self.assertIn("PID 1", done.stderr)


if __name__ == "__main__":
    unittest.main()
