"""The program of an initramfs: its size, and the answers that the hooks go by."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[3]
SMALL = pathlib.Path(os.environ.get("ISBOOT_SMALL", PROJECT / "build/release/isboot-initramfs"))
SHIPS = os.environ.get("ISBOOT_SHIPS") == "1"  # only then its size is what people get
# Of cli/small/glibc_names.cc; there is none where the program is linked with glibc.
NAMES = os.environ.get("ISBOOT_GLIBC_NAMES")
TABLE = PROJECT / "tests/fixtures/ibft/ipxe-uefi-virtio-nochap.bin"
UNPACKED_LIMIT = 1100 * 1024
PACKED_LIMIT = 450_000
# As mkinitramfs(8) of Debian 12 and 13 compresses by default.
COMPRESS = ("zstd", "-q", "-9", "-c")


def small(*arguments):
    return subprocess.run([SMALL, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          check=False)


class SmallProgram(unittest.TestCase):

    def test_stays_within_its_share_of_an_initramfs(self):
        if not SHIPS:
            self.skipTest("not the build that ships")
        packed = subprocess.run([*COMPRESS, SMALL], check=True, capture_output=True).stdout
        print(f"{SMALL.stat().st_size} bytes, compressed {len(packed)}")
        self.assertLessEqual(SMALL.stat().st_size, UNPACKED_LIMIT)
        self.assertLessEqual(len(packed), PACKED_LIMIT)

    def test_help_says_what_it_is_and_where_the_rest_is(self):
        done = small("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("initramfs", "boot", "keep", "status", "/usr/sbin/isboot"):
            self.assertIn(word, done.stdout)

    def test_output_that_is_lost_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([SMALL, "--help"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("next: ", done.stderr.splitlines()[-1])

    def test_wanted_is_an_exit_status_without_a_word(self):
        for table, status in ((TABLE, 0), ("/dev/null", 0), ("acpi:9", 3)):
            with self.subTest(table):
                done = small("boot", "--wanted", f"--table={table}")
                self.assertEqual((done.returncode, done.stdout, done.stderr), (status, "", ""))

    def test_no_table_is_status_3_and_one_line(self):
        done = small("boot", "--table", "acpi:9")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_usage_errors_have_status_2_and_a_next_step(self):
        for arguments in (["plan"], ["boot", "--vlan", "4095"], ["boot", "--colour"], ["boot", "x"],
                          ["keep", "--shutdown", "--then", "sleep"],
                          ["keep", "--shutdown", "--limit", "0"], ["keep", "--limit", "3"],
                          ["status", "--json"], ["ibft"], ["ibft", "check"]):
            with self.subTest(arguments):
                done = small(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertIn("next: isboot --help", done.stderr.splitlines()[-1])
        self.assertEqual(small().returncode, 2)

    def test_errors_of_the_kernel_are_in_its_words(self):
        done = small("boot", "--table", "/no/such/table")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file or directory", done.stderr)

    def test_no_name_of_glibcs_calls_itself(self):
        """As strtol() did behind __isoc23_strtol(), compiled with the headers of Debian 13."""
        if not NAMES:
            self.skipTest("no musl")
        listing = subprocess.run(["objdump", "-dr", NAMES], check=True, capture_output=True,
                                 text=True).stdout
        functions = re.split(r"^[0-9a-f]+ <(\S+)>:$", listing, flags=re.MULTILINE)[1:]
        self.assertIn("__isoc23_strtol", functions[::2])
        for name, code in zip(functions[::2], functions[1::2]):
            self.assertNotRegex(code, rf"R_\S+\s+{re.escape(name)}(-0x\w+)?\n", name)

    def test_is_static_and_needs_no_other_file(self):
        if not SHIPS:
            self.skipTest("not the build that ships")
        headers = subprocess.run(["readelf", "--wide", "--program-headers", SMALL], check=True,
                                 capture_output=True, text=True).stdout
        self.assertNotIn("INTERP", headers)
        self.assertRegex(headers, r"GNU_STACK.* RW ")
        with tempfile.TemporaryDirectory() as root:
            alone = pathlib.Path(root) / "isboot"
            alone.write_bytes(SMALL.read_bytes())
            alone.chmod(0o755)
            done = subprocess.run(["chroot", root, "/isboot", "--version"], check=False,
                                  capture_output=True, text=True)
            if os.geteuid() == 0:
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
