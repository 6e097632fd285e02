"""distribution/mkinitcpio: what its hook does at a start, and what goes into the image. mkinitcpio's
functions and the programs are stand-ins that say who called them."""

import os
import pathlib
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "distribution/mkinitcpio"
FUNCTIONS = """
for name in add_binary add_module add_checked_modules add_file add_runscript error {more}; do
  eval "$name() {{ echo $name \\"\\$*\\"; }}"
done
. "$0"; build
"""
NOTHING = 3


class Mkinitcpio(unittest.TestCase):

    def called(self, wanted):
        """What the hook calls when isboot's exit status for the question is `wanted`."""
        with tempfile.TemporaryDirectory() as name:
            for program, text in (("isboot", f'echo "isboot $*"; exit {wanted}'), ("boot-and-tell", "echo boot")):
                file = pathlib.Path(name) / program
                file.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
                file.chmod(0o755)
            return subprocess.run(["sh", "-c", '. "$0"; run_hook', FOLDER / "hook"], check=False, text=True,
                                  stdout=subprocess.PIPE, env={"PATH": f"{name}:{os.environ['PATH']}"}).stdout

    def test_nothing_is_done_on_a_machine_that_wants_nothing(self):
        self.assertEqual(self.called(NOTHING), "isboot boot --wanted\n")

    def test_the_disk_of_the_table(self):
        self.assertEqual(self.called(0), "isboot boot --wanted\nboot\n")

    def added(self, more=""):
        return subprocess.run(["bash", "-uc", FUNCTIONS.format(more=more), FOLDER / "install"], check=False,
                              text=True, stdout=subprocess.PIPE)

    def test_program_and_hook_go_into_the_image(self):
        done = self.added()
        self.assertEqual(done.returncode, 0)
        self.assertIn("add_runscript", done.stdout)
        self.assertIn("add_binary /usr/lib/isboot/isboot-initramfs /usr/bin/isboot\n", done.stdout)
        self.assertIn("/usr/bin/boot-and-tell", done.stdout)

    def test_an_image_that_would_not_run_the_hook_is_refused(self):
        done = self.added("add_systemd_unit")
        self.assertEqual(done.returncode, 1)
        self.assertIn("HOOKS", done.stdout)
        self.assertNotIn("add_runscript", done.stdout)


if __name__ == "__main__":
    unittest.main()
