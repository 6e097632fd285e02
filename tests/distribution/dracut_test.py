"""distribution/dracut: what its module puts into an image. dracut's functions are stand-ins that say what
they were called with; the image is a folder."""

import os
import pathlib
import subprocess
import tempfile
import unittest

MODULE = pathlib.Path(__file__).resolve().parents[2] / "distribution/dracut/95isboot"
UNITS = "/usr/lib/systemd/system"
FUNCTIONS = """
for name in inst_binary inst_multiple inst_simple inst_script inst_hook inst_rules dracut_need_initqueue; do
  eval "$name() { echo $name \\"\\$*\\"; [[ \\$* != \\"\\$FAILS\\"* ]]; }"
done
dfatal() { echo "$*"; }
dracut_module_included() { [[ " $MODULES " == *" $1 "* ]]; }
. "$moddir/module-setup.sh"; install
exit 0  # dracut goes on, however that ended
"""


class Dracut(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.image = pathlib.Path(folder.name)
        (self.image / "etc/isboot").mkdir(parents=True)  # where a machine that tests has credentials
        (self.image / "etc/isboot/credentials").touch()

    def installed(self, modules, fails="nothing", status=0):
        """What goes into the image that has `modules` of dracut's; `fails`: how the arguments begin of what
        cannot be put there."""
        done = subprocess.run(["bash", "-c", FUNCTIONS], check=False, text=True, stdout=subprocess.PIPE,
                              env={"PATH": os.environ["PATH"], "MODULES": modules, "hostonly": "", "FAILS": fails,
                                   "moddir": str(MODULE), "initdir": str(self.image),
                                   "systemdsystemunitdir": UNITS})
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout

    def add_socket(self):
        """As dracut 059's module for multipath-tools does."""
        folder = self.image / UNITS[1:]
        folder.mkdir(parents=True)
        (folder / "multipathd.socket").touch()

    @property
    def socket_is_masked(self):
        mask = self.image / "etc/systemd/system/multipathd.socket"
        return mask.is_symlink() and os.readlink(mask) == "/dev/null"

    def test_nothing_of_multipath_without_it(self):
        self.add_socket()
        said = self.installed("systemd dm rootfs-block")
        self.assertIn("inst_hook cmdline ", said)
        self.assertNotIn("multipath", said)
        self.assertFalse(self.socket_is_masked)

    def test_no_image_without_what_the_boot_needs(self):
        for part in ("/usr/lib/isboot/isboot-initramfs", "/usr/lib/isboot/boot-and-tell", "cmdline 95"):
            with self.subTest(part):
                self.assertRegex(self.installed("", fails=part, status=1), f"isboot: .*{part}.* failed; next: ")

    def test_files_of_multipath_tools_as_debian_has_them(self):
        said = self.installed("systemd dm multipath")
        self.assertIn("inst_multiple -o /lib/multipath/", said)
        self.assertRegex(said, r"inst_rules .*56-dm-mpath\.rules .*60-multipath\.rules")

    def test_nothing_starts_multipathd_while_the_initramfs_ends(self):
        self.add_socket()
        self.installed("systemd dm multipath")
        self.assertTrue(self.socket_is_masked)

    def test_no_mask_where_dracut_leaves_the_socket_out(self):
        self.installed("systemd dm multipath")
        self.assertFalse(self.socket_is_masked)


if __name__ == "__main__":
    unittest.main()
