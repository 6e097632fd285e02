"""distribution/own-initramfs below a folder in place of "/", with a program in place of isboot that
writes a file, or fails."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "distribution/own-initramfs"
LOADER_ENTRY = pathlib.Path("/usr/lib/kernel/install.d/90-loaderentry.install")

ISBOOT = """#!/bin/sh
echo "$@" >>"$CALLS"
[ ! -e "$CALLS.fail" ] || exit 1
while [ "$1" != -o ]; do shift; done
echo built >"$2"
"""
GRUB_LIBRARY = """
make_system_path_relative_to_its_root() {
  case $1 in /) echo "${ISBOOT_TEST_SUBVOLUME:-/}" ;; *) echo "${1#"$ISBOOT_BASE"}" ;; esac
}
prepare_grub_to_access_device() { echo "	search --set=root --fs-uuid 1234"; }
"""
COMMANDS_OF_THE_PACKAGE = ("renew", "clear")
OLD, NEW = "6.1.0-9-amd64", "6.1.0-40-amd64"


class OwnInitramfs(unittest.TestCase):

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(self._folder.cleanup)
        self.base = pathlib.Path(self._folder.name)
        for name in ("bin", "boot/grub", "etc/isboot", "lib"):
            (self.base / name).mkdir(parents=True)
        self.program("isboot", ISBOOT)
        self.program("bootctl", "#!/bin/sh\nexit 1\n")  # else the host's loader would be told
        (self.base / "lib/grub-mkconfig_lib").write_text(GRUB_LIBRARY, encoding="ascii")
        self.calls = self.base / "calls"
        for version in (OLD, NEW):
            (self.base / f"boot/vmlinuz-{version}").touch()

    def program(self, name, script):
        file = self.base / "bin" / name
        file.write_text(script, encoding="ascii")
        file.chmod(0o755)

    def settings(self, own, options=""):
        (self.base / "etc/isboot/isboot.conf").write_text(
            f"OWN_INITRAMFS={own}\nOWN_INITRAMFS_OPTIONS='{options}'\n", encoding="ascii")

    def run_script(self, *command, **variables):
        environment = {**os.environ, "PATH": f"{self.base}/bin:{os.environ['PATH']}",
                       "ISBOOT_BASE": str(self.base), "CALLS": str(self.calls), **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def own_initramfs(self, *arguments):
        return self.run_script(SCRIPTS / "own-initramfs", *arguments)

    def images(self):
        return sorted(path.name for path in (self.base / "boot").glob("initrd.img-*"))

    def test_nothing_is_made_unless_asked_for(self):
        self.own_initramfs("add", NEW)
        shutil.copy(SCRIPTS / "isboot.conf", self.base / "etc/isboot/isboot.conf")
        self.own_initramfs("add", NEW)
        self.assertEqual(self.images(), [])
        self.assertFalse(self.calls.exists())

    def test_a_kernel_gets_one_and_takes_it_along(self):
        self.settings("beside", "--all-nics")
        self.own_initramfs("add", NEW)
        self.assertEqual(self.images(), [f"initrd.img-{NEW}.isboot"])
        self.assertIn(f"initramfs build --kernel {NEW}", self.calls.read_text())
        self.assertIn("--all-nics", self.calls.read_text())
        self.own_initramfs("remove", NEW)
        self.assertEqual(self.images(), [])

    def test_one_that_cannot_be_made_leaves_no_old_one_and_fails_no_package(self):
        self.settings("first")
        self.own_initramfs("add", NEW)
        pathlib.Path(f"{self.calls}.fail").touch()
        said = self.own_initramfs("add", NEW).stderr
        self.assertEqual(self.images(), [])
        self.assertIn("the distribution's starts it", said)

    def test_a_failed_start_is_forgotten_when_a_new_one_is_made(self):
        grubenv = self.base / "boot/grub/grubenv"
        subprocess.run(["grub-editenv", grubenv, "create"], check=True)
        subprocess.run(["grub-editenv", grubenv, "set", "isboot_tried=1"], check=True)
        self.settings("first")
        self.own_initramfs("add", NEW)
        left = subprocess.run(["grub-editenv", grubenv, "list"], check=True, capture_output=True)
        self.assertEqual(left.stdout, b"")

    def test_refresh_follows_the_setting_and_the_kernels(self):
        self.settings("beside")
        self.own_initramfs("refresh")
        self.assertEqual(self.images(), [f"initrd.img-{NEW}.isboot", f"initrd.img-{OLD}.isboot"])
        (self.base / f"boot/vmlinuz-{OLD}").unlink()
        self.own_initramfs("refresh")
        self.assertEqual(self.images(), [f"initrd.img-{NEW}.isboot"])
        self.settings("no")
        self.own_initramfs("refresh")
        self.assertEqual(self.images(), [])

    def test_a_setting_that_is_none_is_named(self):
        self.settings("frist")
        self.assertIn("OWN_INITRAMFS=frist", self.own_initramfs("add", NEW).stderr)
        self.assertEqual(self.images(), [])

    def menu(self, name, **variables):
        """What grub-mkconfig would get of the script under this name; GRUB can read it."""
        script = self.base / name
        shutil.copy(SCRIPTS / "grub", script)
        text = self.run_script(script, **{
            "pkgdatadir": str(self.base / "lib"), "GRUB_DEVICE": "/dev/sda1",
            "GRUB_DEVICE_BOOT": "/dev/sda1", "GRUB_FS": "ext4", "GRUB_DEVICE_UUID": "1234",
            "GRUB_DISTRIBUTOR": "Debian", "GRUB_CMDLINE_LINUX": "quiet", **variables}).stdout
        if text:
            subprocess.run(["grub-script-check"], input=text, text=True, check=True)
        return text

    def test_the_menu_has_the_newest_first_and_all_behind_the_distributions(self):
        self.settings("first")
        self.own_initramfs("refresh")
        first = self.menu("09_isboot")
        self.assertEqual(first.count("menuentry "), 1)
        self.assertIn(f"linux	/boot/vmlinuz-{NEW} root=UUID=1234 ro panic=60 quiet", first)
        self.assertIn(f"initrd	/boot/initrd.img-{NEW}.isboot", first)
        self.assertLess(first.index("isboot_tried"), first.index("menuentry"))
        self.assertLess(first.index("save_env"), first.index("linux	"))
        others = self.menu("41_isboot")
        self.assertEqual(others.count("menuentry "), 2)
        self.assertNotIn("isboot_tried", others)

    def test_the_menu_has_none_first_that_is_only_beside(self):
        self.settings("beside")
        self.own_initramfs("refresh")
        self.assertEqual(self.menu("09_isboot"), "")
        self.assertEqual(self.menu("41_isboot").count("menuentry "), 2)

    def test_the_menu_names_root_as_the_distribution_does(self):
        self.settings("beside")
        self.own_initramfs("add", NEW)
        self.assertIn("root=/dev/sda1 ro", self.menu("41_isboot", GRUB_DEVICE_UUID=""))
        self.assertIn("root=/dev/sda1 ro", self.menu("41_isboot", GRUB_DISABLE_LINUX_UUID="true"))
        self.assertIn("rootflags=subvol=@", self.menu("41_isboot", GRUB_FS="btrfs",
                                                      ISBOOT_TEST_SUBVOLUME="/@"))

    def calls_of_kernel_install(self, command, installed=True):
        """What systemd-boot's users get of that; `installed`: whether it is their loader."""
        told = self.base / "told"
        told.write_text("", encoding="ascii")
        for name, script in (("bootctl", f"exit {int(not installed)}"),
                             ("kernel-install", f'echo "${{ISBOOT_OWN_INITRAMFS:-}} $*" >>{told}')):
            self.program(name, f"#!/bin/sh\n{script}\n")
        self.own_initramfs(command)
        return told.read_text().splitlines()

    def test_systemd_boots_entries_are_made_by_kernel_install(self):
        self.settings("first")
        kernels = [f"add {version} {self.base}/boot/vmlinuz-{version}" for version in (NEW, OLD)]
        for command, own in (("refresh", ""), ("renew", ""), ("clear", "no")):
            with self.subTest(command):
                self.assertEqual(self.calls_of_kernel_install(command), [f"{own} {one}" for one in kernels])
        self.assertEqual(self.images(), [])
        self.assertEqual(self.calls_of_kernel_install("refresh", installed=False), [])

    def test_who_never_wanted_one_notices_nothing_of_isboots_versions(self):
        self.settings("no")
        for command in COMMANDS_OF_THE_PACKAGE:
            self.assertEqual(self.calls_of_kernel_install(command), [])

    def test_the_packages_scripts_call_it_when_isboot_comes_and_goes(self):
        for script, when, command in (("postinst", "configure", "renew"), ("prerm", "remove", "clear")):
            with self.subTest(script):
                self.program("told", '#!/bin/sh\necho "$*" >>"$CALLS"\n')
                self.program("isboot", "#!/bin/sh\n")
                text = (HERE.parents[1] / f"debian/isboot.{script}").read_text(encoding="ascii")
                self.program(script, text.replace("/usr/lib/isboot/own-initramfs", "told"))
                self.calls.write_text("", encoding="ascii")
                for argument in (when, "abort-upgrade"):
                    self.run_script(self.base / "bin" / script, argument, "1.0")
                self.assertEqual(self.calls.read_text(encoding="ascii"), f"{command}\n")

    def install_kernel(self, command="add", **variables):
        """As kernel-install does: systemd's own script, then isboot's."""
        boot = self.base / "boot"
        folder = boot / "debian" / NEW
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "initrd").touch()
        for script in (LOADER_ENTRY, SCRIPTS / "isboot.install"):
            self.run_script(script, command, NEW, folder, boot / f"vmlinuz-{NEW}",
                            KERNEL_INSTALL_LAYOUT="bls", KERNEL_INSTALL_BOOT_ROOT=str(boot),
                            KERNEL_INSTALL_ENTRY_TOKEN="debian", KERNEL_INSTALL_MACHINE_ID="0",
                            KERNEL_INSTALL_VERBOSE="0", KERNEL_INSTALL_STAGING_AREA="/nowhere", **variables)
        return {path.name: path.read_text() for path in (boot / "loader/entries").iterdir()}

    @unittest.skipUnless(LOADER_ENTRY.exists(), "needs systemd's kernel-install")
    def test_kernel_install_gets_a_second_entry(self):
        self.settings("first")
        entries = self.install_kernel()
        theirs, ours = entries[f"debian-{NEW}.conf"], entries[f"debian-{NEW}-isboot+1.conf"]
        self.assertEqual(len(entries), 2)
        folder = theirs.split("linux      ")[1].split("/linux\n")[0]
        self.assertIn(f"\ninitrd     {folder}/initrd-isboot\n", ours)
        self.assertNotIn(f"{folder}/initrd\n", ours)
        self.assertIn("\nsort-key   0-isboot\n", ours)
        self.assertEqual(ours.count("sort-key"), 1)
        self.assertIn("\noptions    panic=60\n", ours)
        self.settings("beside")
        self.assertEqual(sorted(self.install_kernel()),
                         sorted([f"debian-{NEW}.conf", f"debian-{NEW}-isboot.conf"]))
        self.assertEqual(list(self.install_kernel(ISBOOT_OWN_INITRAMFS="no")), [f"debian-{NEW}.conf"])
        self.assertFalse((self.base / f"boot/debian/{NEW}/initrd-isboot").exists())
        self.assertEqual(self.install_kernel("remove"), {})

    @unittest.skipUnless(LOADER_ENTRY.exists(), "needs systemd's kernel-install")
    def test_kernel_install_has_the_distributions_alone_when_ours_cannot_be_made(self):
        self.settings("first")
        pathlib.Path(f"{self.calls}.fail").touch()
        self.assertEqual(list(self.install_kernel()), [f"debian-{NEW}.conf"])


if __name__ == "__main__":
    unittest.main()
