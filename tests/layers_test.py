"""tools/check_layers: the tree keeps its rule, and an arrow that the table lacks is found."""

import pathlib
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[1]


class Layers(unittest.TestCase):

    def check(self, path, line, mirror=None):
        """What is said of a tree with that one file, and its test; empty when it is fine."""
        with tempfile.TemporaryDirectory() as root:
            file = pathlib.Path(root) / path
            file.parent.mkdir(parents=True)
            file.write_text(line + "\n")
            if mirror:
                test = pathlib.Path(root) / mirror
                test.parent.mkdir(parents=True)
                test.touch()
            done = subprocess.run([PROJECT / "tools/check_layers", root], capture_output=True,
                                  text=True, check=False)
        self.assertEqual(done.returncode != 0, bool(done.stderr), done.stderr)
        return done.stderr

    def test_the_tree_keeps_the_rule(self):
        subprocess.run([PROJECT / "tools/check_layers"], check=True)

    def test_an_arrow_of_the_table_is_fine(self):
        for path, header in (("cli/boot.cc", "app/boot/path_race.h"),
                             ("app/boot/x.h", "platform/linux/system/clock.h"),
                             ("platform/linux/netlink/x.cc", "platform/linux/system/file.h"),
                             ("core/ports/x.h", "core/iscsi/session_params.h"),
                             ("tests/linux/keeper/x.cc", "platform/linux/keeper/keeper.h")):
            with self.subTest(path):
                self.assertEqual(self.check(path, f'#include "{header}"'), "")

    def test_a_file_of_app_without_the_test_of_its_name_is_found(self):
        missing = "app/boot/x.cc:1: has no tests/app/boot/x_test.cc"
        self.assertIn(missing, self.check("app/boot/x.cc", ""))
        self.assertIn(missing, self.check("app/boot/x.cc", "", mirror="tests/app/keep/x_test.cc"))
        self.assertEqual(self.check("app/boot/x.cc", "", mirror="tests/app/boot/x_test.cc"), "")
        self.assertEqual(self.check("app/boot/x.h", ""), "")
        self.assertEqual(self.check("cli/x.cc", ""), "")

    def test_a_wrong_arrow_is_found(self):
        for path, header in (("core/base/x.h", "core/ibft/table.h"),
                             ("core/ports/x.h", "core/iscsi/login.h"),
                             ("core/iscsi/x.cc", "core/boot/plan.h"),
                             ("platform/linux/system/x.cc", "platform/linux/keeper/keeper.h"),
                             ("platform/linux/netlink/x.cc", "platform/linux/system/modules.h"),
                             ("platform/linux/net/rtnetlink/x.cc", "platform/linux/net/link/y.h"),
                             ("platform/linux/keeper/x.cc", "app/failure.h"),
                             ("platform/freebsd/x.cc", "platform/linux/system/file.h"),
                             ("app/table/x.cc", "app/boot/path_race.h"),
                             ("app/keeper/x.cc", "cli/command.h"),
                             ("testing/x.h", "platform/linux/system/clock.h")):
            with self.subTest(path):
                self.assertIn(f'must not include "{header}"', self.check(path, f'#include "{header}"'))

    def test_a_folder_that_the_table_lacks_is_found(self):
        self.assertIn("platform/linux/new is not in", self.check("platform/linux/new/x.cc", ""))
        self.assertIn("app/new is not in", self.check("app/new/x.h", ""))

    def test_what_a_kernel_lacks_is_found_in_core(self):
        for line in ("#include <vector>", "#ifdef LINUX", "auto p = malloc(3);", "throw 1;"):
            with self.subTest(line):
                self.assertIn("core/base/x.cc:1:", self.check("core/base/x.cc", line))
        self.assertEqual(self.check("app/x.cc", "#include <vector>"), "")


if __name__ == "__main__":
    unittest.main()
