"""distribution/boot-and-tell with a program in place of isboot: what people see of a boot that
takes long, and what is left for the prompt."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "distribution/boot-and-tell"
QUICK = "echo 'isboot: 0.041 eth0 up' >&2; exit {status}"
# Goes on when the console has shown something, or plymouth.
SLOW = """echo 'isboot: 0.041 eth0 up' >&2
echo 'isboot: 10.0.2.2: trying again' >&2
tries=0
until [ -s "$ISBOOT_CONSOLE" ] || [ -s "$ISBOOT_CONSOLE.plymouth" ] || [ $tries = 600 ]; do sleep 0.1; tries=$((tries + 1)); done
exit {status}"""
PLYMOUTH = '[ "$1" = --ping ] || echo "$@" >>"$ISBOOT_CONSOLE.plymouth"'
ASKS = """echo 'isboot: 2.041 waiting for the CHAP secret to be typed in' >&2
sleep 5
exit {status}"""
QUIET, LOUD = "4\t4\t1\t7\n", "7\t4\t1\t7\n"
# A number above 6 that every kernel has, in a file that answers as /proc/sys/kernel/printk does.
LOUD_SYSCTL = pathlib.Path("/proc/sys/kernel/pid_max")


class BootAndTell(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        self.console = self.base / "console"
        self.said = self.base / "said"

    def program(self, name, text):
        (self.base / name).write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
        (self.base / name).chmod(0o755)

    def boot(self, text, status, printk=QUIET):
        file = printk if isinstance(printk, pathlib.Path) else self.base / "printk"
        if file != printk:
            file.write_text(printk, encoding="ascii")
        self.program("isboot", text.format(status=status))
        done = subprocess.run([SCRIPT], check=False, capture_output=True, text=True, timeout=120,
                              env={**os.environ, "PATH": f"{self.base}:{os.environ['PATH']}",
                                   "ISBOOT_SAID": str(self.said),
                                   "ISBOOT_PRINTK": str(file),
                                   "ISBOOT_CONSOLE": str(self.console)})
        self.assertEqual((done.returncode, done.stdout, done.stderr), (status, "", ""))

    def test_nobody_sees_a_line_of_a_boot_that_goes_well(self):
        self.boot(QUICK, 0)
        self.assertFalse(self.console.exists())
        self.assertEqual(self.said.read_text(), "")

    def test_what_takes_long_is_told(self):
        self.boot(SLOW, 0)
        self.assertEqual(self.console.read_text(), "isboot is at work: 10.0.2.2: trying again\n")
        self.assertEqual(self.said.read_text(), "")

    def test_it_is_told_once_where_the_console_shows_the_kernels_log(self):
        self.program("plymouth", PLYMOUTH)
        for printk in (LOUD, LOUD_SYSCTL):
            with self.subTest(printk=printk):
                self.boot(SLOW, 0, printk)
                self.assertFalse(self.console.exists())
                shown = pathlib.Path(f"{self.console}.plymouth")
                self.assertIn("display-message --text=isboot: 10.0.2.2: trying again",
                              shown.read_text())
                shown.unlink()

    def test_nobody_talks_into_a_question(self):
        self.boot(ASKS, 0)
        self.assertFalse(self.console.exists())

    def test_what_a_failure_said_is_left_for_the_prompt(self):
        self.boot(QUICK, 1)
        self.assertEqual(self.said.read_text(), "isboot: 0.041 eth0 up\n")


if __name__ == "__main__":
    unittest.main()
