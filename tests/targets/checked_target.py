"""What the tests with a scripted target have in common: `isboot check` is run against it."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import scripted_disk as disk
import scripted_target as target

NAME = "iqn.2026-11.org.example:disk"
USER, SECRET = "user", "secretsecret1"


class CheckedTarget(unittest.TestCase):
    program = ""

    def isboot(self, *words, credentials=False):
        with tempfile.TemporaryDirectory() as folder:
            if credentials:
                path = pathlib.Path(folder, "credentials")
                path.write_text(f"name={USER}\nsecret={SECRET}\n", encoding="ascii")
                os.chmod(path, 0o600)
                words += ("--credentials", path)
            done = subprocess.run([self.program, *words], capture_output=True, timeout=60, check=False)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        return done

    def checked(self, script, lun="1", name=NAME, credentials=False):
        with target.serving(script) as port:
            return self.isboot("check", f"iscsi:127.0.0.1::{port}:{lun}:{name}", "--json",
                               credentials=credentials)

    def takes(self, script, **options):
        """The row of the disk."""
        done = self.checked(script, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        row = json.loads(done.stdout)["targets"][0]
        self.assertEqual(row["disk"]["blocks"], disk.BLOCKS)
        return row


def main():
    """The first argument is the program."""
    CheckedTarget.program = sys.argv.pop(1)
    unittest.main()
