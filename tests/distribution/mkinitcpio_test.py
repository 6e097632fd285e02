"""distribution/mkinitcpio: what its hook does at a start, and what goes into the image. mkinitcpio's
functions and the programs are stand-ins that say who called them."""

import os
import pathlib
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "distribution/mkinitcpio"
FUNCTIONS = """
for name in add_binary add_module add_checked_modules add_file add_runscript add_udev_rule error {more}; do
  eval "$name() {{ echo $name \\"\\$*\\"; }}"
done
map() {{ for word in "${{@:2}}"; do "$1" "$word"; done; }}
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

    def added(self, more="", has_shell=True):
        """What the install file does; `more`: functions of the hooks before it."""
        with tempfile.TemporaryDirectory() as image:
            (pathlib.Path(image) / "usr/bin").mkdir(parents=True)
            if has_shell:
                (pathlib.Path(image) / "usr/bin/sh").touch()
            return subprocess.run(["bash", "-uc", FUNCTIONS.format(more=more), FOLDER / "install"], check=False,
                                  text=True, stdout=subprocess.PIPE, env={**os.environ, "BUILDROOT": image})

    def test_program_and_hook_go_into_the_image(self):
        done = self.added()
        self.assertEqual(done.returncode, 0)
        self.assertIn("add_runscript", done.stdout)
        self.assertIn("add_binary /usr/lib/isboot/isboot-initramfs /usr/bin/isboot\n", done.stdout)
        self.assertIn("/usr/bin/boot-and-tell", done.stdout)
        self.assertIn("add_udev_rule 80-net-setup-link.rules", done.stdout)
        self.assertNotIn("system-generators", done.stdout)

    def test_the_drivers_of_nics_and_of_what_they_ask_for(self):
        pattern = next(line.split(" ", 1)[1] for line in self.added().stdout.splitlines()
                       if line.startswith("add_checked_modules "))
        for name in ("ethernet/broadcom/tg3", "phy/broadcom", "mdio/of_mdio", "usb/r8152", "virtio_net", "xen-netfront"):
            self.assertRegex(f"/lib/modules/6.1/kernel/drivers/net/{name}.ko.zst", pattern)
        self.assertNotRegex("/lib/modules/6.1/kernel/drivers/net/wireless/ath/ath.ko", pattern)

    def test_with_systemd_a_generator_is_in_the_place_of_the_hook(self):
        done = self.added("add_systemd_unit")
        self.assertEqual(done.returncode, 0)
        self.assertIn("/usr/lib/systemd/system-generators/isboot 755\n", done.stdout)
        self.assertIn("/usr/bin/boot-and-tell", done.stdout)
        self.assertNotIn("add_runscript", done.stdout)

    def test_an_image_with_systemd_and_no_shell_is_refused(self):
        done = self.added("add_systemd_unit", has_shell=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("'base'", done.stdout)
        self.assertNotIn("add_binary", done.stdout)

    def generated(self, wanted):
        """Path → text of what the generator makes; of a link, where it leads."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "units").mkdir()
            (folder / "isboot").write_text(f"#!/bin/sh\nexit {wanted}\n", encoding="ascii")
            (folder / "isboot").chmod(0o755)
            subprocess.run(["sh", FOLDER / "generator", folder / "units", "/none", "/none"], check=True,
                           env={"PATH": f"{name}:{os.environ['PATH']}"})
            return {str(file.relative_to(folder / "units")):
                    str(file.readlink()) if file.is_symlink() else file.read_text(encoding="ascii")
                    for file in (folder / "units").rglob("*") if file.is_symlink() or file.is_file()}

    def test_the_generator_makes_nothing_on_a_machine_that_wants_nothing(self):
        self.assertEqual(self.generated(NOTHING), {})

    def test_the_generators_unit_comes_before_all_waits_for_devices(self):
        made = self.generated(0)
        self.assertEqual(made["initrd.target.wants/isboot-boot.service"], "../isboot-boot.service")
        self.assertEqual(made["device.d/isboot.conf"], "[Unit]\nAfter=isboot-boot.service\n")
        self.assertIn("ExecStart=/usr/bin/boot-and-tell\n", made["isboot-boot.service"])


if __name__ == "__main__":
    unittest.main()
