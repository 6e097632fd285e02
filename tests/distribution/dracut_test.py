"""distribution/dracut: what its module puts into an image, and for how long the initqueue waits. dracut's
functions are stand-ins that say what they were called with; the image is a folder."""

import os
import pathlib
import subprocess
import tempfile
import unittest

MODULE = pathlib.Path(__file__).resolve().parents[2] / "distribution/dracut/95isboot"
UNITS = "/usr/lib/systemd/system"
FUNCTIONS = """
for name in inst_binary inst_multiple inst_simple inst_script inst_hook inst_rules dracut_need_initqueue \\
  instmods; do
  eval "$name() { echo $name \\"\\$*\\"; [[ \\$* != \\"\\$FAILS\\"* ]]; }"
done
dfatal() { echo "$*"; }
dracut_module_included() { [[ " $MODULES " == *" $1 "* ]]; }
. "$moddir/module-setup.sh"; installkernel; install
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

    def test_the_drivers_of_phys_are_there(self):
        said = self.installed("")
        self.assertIn("instmods =drivers/net/mdio =drivers/net/phy\n", said)
        self.assertRegex(said, "instmods .* broadcom realtek\n")  # of tg3 and r8169

    def turns(self, loop, at_work, command_line=""):
        """dracut's count of its turns behind one of them; `at_work`: whether isboot is."""
        mark = self.image / "at-work"
        if at_work:
            mark.touch()
        return int(subprocess.run(
            ["sh", "-uc", f'getarg() {{ [ "{command_line}" = "$1" ]; }}\n. "$0"; echo $main_loop',
             MODULE / "isboot-at-work.sh"], check=True, text=True, stdout=subprocess.PIPE,
            env={"ISBOOT_AT_WORK": str(mark), "main_loop": str(loop), "RDRETRY": "360"}).stdout)

    def test_the_initqueue_does_not_give_up_while_isboot_is_at_work(self):
        self.assertEqual(self.turns(loop=360, at_work=False), 360)
        self.assertEqual(self.turns(loop=360, at_work=True), 240)
        self.assertEqual(self.turns(loop=100, at_work=True), 100)
        self.assertEqual(self.turns(loop=360, at_work=True, command_line="rd.retry"), 360)

    def test_the_initqueue_knows_when_isboot_is_at_work(self):
        mark = self.image / "at-work"
        program = self.image / "boot-and-tell"
        program.write_text(f"#!/bin/sh\n[ -e {mark} ] && echo marked; exit 1\n", encoding="ascii")
        program.chmod(0o755)
        # Until both have ended: who is in the background has the pipe.
        said = subprocess.run(["sh", MODULE / "isboot-initqueue.sh"], check=True, stdout=subprocess.PIPE, text=True,
                              env={"PATH": f"{self.image}:{os.environ['PATH']}", "ISBOOT_AT_WORK": str(mark)}).stdout
        self.assertEqual(said, "marked\n")
        self.assertFalse(mark.exists())
        self.assertIn("inst_hook initqueue/settled ", self.installed(""))


if __name__ == "__main__":
    unittest.main()
