"""debian/isboot.prerm, isboot.postrm: what the end of the package says, and what it leaves. isboot is a stand-in,
/etc/isboot and /usr/lib/isboot are folders."""

import os
import pathlib
import subprocess
import tempfile
import unittest

DEBIAN = pathlib.Path(__file__).resolve().parents[2] / "debian"
CARRIED, LOST, NONE, FAILED = 0, 1, 3, 1


class PackageScripts(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        self.etc = self.base / "etc/isboot"
        self.etc.mkdir(parents=True)

    def program(self, name, text):
        (self.base / name).write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
        (self.base / name).chmod(0o755)

    def said(self, script, argument):
        text = (DEBIAN / f"isboot.{script}").read_text(encoding="ascii")
        self.program(script, text.replace("/etc/", f"{self.base}/etc/").replace("/usr/lib/isboot/", f"{self.base}/"))
        done = subprocess.run([self.base / script, argument], check=True, text=True, capture_output=True,
                              env={**os.environ, "PATH": f"{self.base}:{os.environ['PATH']}"})
        self.assertEqual(done.stdout, "")
        return done.stderr

    def removed(self, line, status, argument="remove"):
        self.program("isboot", f'[ "$*" != "status --line" ] || echo "{line}"\nexit {status}')
        self.program("own-initramfs", "")
        return self.said("prerm", argument)

    def test_removal_warns_who_runs_from_the_disk(self):
        for line, status in (("/dev/sda carried", CARRIED), ("/dev/sda lost", LOST)):
            with self.subTest(status):
                said = self.removed(line, status)
                self.assertRegex(said, f"^isboot: {line}; .*no such disk; next: .*\\n$")
                self.assertEqual(said.count("\n"), 1)

    def test_removal_warns_nobody_else(self):
        self.assertEqual(self.removed("no session", NONE), "")
        self.assertEqual(self.removed("", FAILED), "")
        self.assertEqual(self.removed("/dev/sda carried", CARRIED, "upgrade"), "")

    def test_purge_leaves_no_secret(self):
        (self.etc / "credentials").touch()
        self.assertEqual(self.said("postrm", "remove"), "")
        self.assertTrue((self.etc / "credentials").exists())
        for _ in range(2):
            self.assertEqual(self.said("postrm", "purge"), "")
            self.assertFalse(self.etc.exists())

    def test_purge_leaves_what_is_not_isboots(self):
        (self.etc / "credentials").touch()
        (self.etc / "mine").touch()
        self.said("postrm", "purge")
        self.assertEqual(list(self.etc.iterdir()), [self.etc / "mine"])


if __name__ == "__main__":
    unittest.main()
