"""distribution/initramfs-tools/hook: what goes into an image, and that none is made of pieces. The functions of
initramfs-tools and modprobe are stand-ins; the system and the image are folders."""

import os
import pathlib
import subprocess
import tempfile
import unittest

HOOK = pathlib.Path(__file__).resolve().parents[2] / "distribution/initramfs-tools/hook"
# copy_exec's status is 1 for what is there already, and 0 for what was not found.
FUNCTIONS = """
cut() { if [ "$1" = "$CUT" ]; then head -c 3 "$2"; else cat "$2"; fi; }
copy_exec() {
  [ -f "$1" ] || return 0
  [ ! -e "$DESTDIR/$2" ] || return 1
  mkdir -p "$DESTDIR/${2%/*}"
  cut "${1##*/}" "$1" >"$DESTDIR/$2"
  chmod 755 "$DESTDIR/$2"
}
manual_add_modules() {
  [ "$CUT" != later ] || return 0
  mkdir -p "$DESTDIR/$ISBOOT_BASE"
  cut iscsi_tcp.ko "$ISBOOT_BASE/iscsi_tcp.ko" >"$DESTDIR/$ISBOOT_BASE/iscsi_tcp.ko"
}
sys_walk_mod_add() { echo "walk ${1##*/}"; }
"""
MODPROBE = """#!/bin/sh
echo builtin sd_mod
echo "insmod $ISBOOT_BASE/iscsi_tcp.ko debug=0"
"""
PROGRAMS = "isboot-initramfs", "boot-and-tell"


class Hook(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        self.image = self.base / "image"
        self.file("usr/share/initramfs-tools/hook-functions", FUNCTIONS)
        self.file("bin/modprobe", MODPROBE).chmod(0o755)
        self.file("iscsi_tcp.ko", "module")
        for name in PROGRAMS:
            self.file(f"usr/lib/isboot/{name}", "program")
        self.file("etc/isboot/credentials", "secret=")
        for link in ("device", "phydev"):
            self.file(f"sys/devices/{link}-0/uevent")
            (self.base / "sys/class/net/eth0").mkdir(parents=True, exist_ok=True)
            (self.base / f"sys/class/net/eth0/{link}").symlink_to(self.base / f"sys/devices/{link}-0")

    def file(self, name, text=""):
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
        return path

    def run_hook(self, cut="", modules="most"):
        return subprocess.run([HOOK], check=False, text=True, capture_output=True, env={
            "PATH": f"{self.base}/bin:{os.environ['PATH']}", "ISBOOT_BASE": str(self.base),
            "DESTDIR": str(self.image), "CUT": cut, "MODULES": modules, "version": "6.1"})

    def assert_refused(self, done, what):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, f"^isboot: .*{what}.*; next: .*update-initramfs -u\n$")

    def test_all_is_there_and_may_be_there_already(self):
        for _ in range(2):
            done = self.run_hook()
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in ("isboot", "boot-and-tell"):
            self.assertEqual((self.image / "sbin" / name).read_text(encoding="ascii"), "program")
        self.assertEqual((self.image / "etc/isboot/credentials").stat().st_mode & 0o777, 0o600)

    def test_modules_may_come_behind_all_hooks(self):
        self.assertEqual(self.run_hook(cut="later").returncode, 0)

    def test_what_was_cut_makes_no_image(self):
        for name, what in (*((name, name) for name in PROGRAMS), ("iscsi_tcp.ko", "module")):
            with self.subTest(name):
                self.assert_refused(self.run_hook(cut=name), what)
                for file in (self.image / "sbin").iterdir():
                    file.unlink()

    def test_what_is_missing_makes_no_image(self):
        for name in PROGRAMS:
            with self.subTest(name):
                program = self.base / "usr/lib/isboot" / name
                program.rename(self.base / "aside")
                self.assert_refused(self.run_hook(), name)
                (self.base / "aside").rename(program)

    def test_secrets_that_do_not_fit_make_no_image(self):
        self.file("image/etc/isboot")
        done = self.run_hook()
        self.assertEqual(done.returncode, 1)
        self.assertIn("isboot: /etc/isboot/credentials is not in the image; next: ", done.stderr)

    def test_this_machines_nics_bring_their_phys(self):
        self.assertEqual(self.run_hook(modules="dep").stdout, "walk device-0\nwalk phydev-0\n")
        self.assertEqual(self.run_hook(modules="most").stdout, "")


if __name__ == "__main__":
    unittest.main()
