"""isboot's hook of mkinitcpio in a whole Debian, which has no mkinitcpio: its own source, laid into
the system, makes the image with Debian's kernel, and the machine lives with that from the login prompt
to the power-off. ISBOOT_MKINITCPIO names a folder with that source; needs root and the network. Not in
CI."""

import os
import pathlib
import shutil
import unittest

from harness import distribution
from harness.distribution_life import live
from harness.distribution_roots import Root
from harness.distribution_tests import SUITES, set_up
from harness.process import run
from harness.workspace import PROJECT

SOURCE = os.environ.get("ISBOOT_MKINITCPIO")
# Debian's busybox runs its own mount in place of util-linux's, and that one is to be told what root is.
# Debian's /sbin/init is an absolute link, which mkinitcpio looks for in the image.
ROOT = Root(packages=("busybox-static", "libarchive-tools"),
            more="rootfstype=ext4 init=/lib/systemd/systemd")
HOOKS = {"udev": "base udev block filesystems fsck isboot", "systemd": "base systemd block filesystems fsck isboot"}
# What meson puts in the place of @NAME@.
NAMES = {"VERSION": "debian", "BINDIR": "/usr/bin", "SYSCONFDIR": "/etc", "INITCPIO_LIBDIR": "/usr/lib/initcpio",
         "INITCPIO_SYSCONFDIR": "/etc/initcpio", "UDEVD_PATH": "/usr/lib/systemd/systemd-udevd",
         "TMPFILES_PATH": "/usr/bin/systemd-tmpfiles"}
# On Arch all programs are in one folder, libraries in the one above Debian's, udev's compiled list in /etc.
AS_ON_ARCH = """
for program in /usr/sbin/*; do
  # A link would lead to itself in the image, where both folders are one.
  [ -e "/usr/bin/${program##*/}" ] || cp -aL "$program" /usr/bin/
done
# What systemd opens at run time, as its mkinitcpio hook knows it.
for library in kmod seccomp acl blkid mount audit; do
  for file in /usr/lib/x86_64-linux-gnu/lib$library.so.*; do
    [ ! -e "$file" ] || cp -L "$file" /usr/lib/
  done
done
ln -s /usr/lib/udev/hwdb.bin /etc/udev/hwdb.bin
# The hook wants it of systemd; Debian 13's does not have it yet.
[ -e /usr/lib/systemd/systemd-validatefs ] || cp -L /usr/bin/true /usr/lib/systemd/systemd-validatefs
"""


def setUpModule():  # pylint: disable=invalid-name
    if not SOURCE:
        raise unittest.SkipTest("ISBOOT_MKINITCPIO does not name mkinitcpio's source")
    set_up([(suite, "initramfs-tools", ROOT.packages) for suite in SUITES])


def _lay(tree, hooks):
    """mkinitcpio into the system, as its own meson.build does."""
    library = tree / "usr/lib/initcpio"
    source = pathlib.Path(SOURCE)
    for name, to in (("mkinitcpio", tree / "usr/bin"), ("mkinitcpio.conf", tree / "etc"),
                     *((name, library) for name in ("functions", "init", "init_functions", "shutdown")),
                     *((f"{folder}/{file.name}", library / folder) for folder in ("install", "hooks")
                       for file in (source / folder).iterdir() if file.name != "meson.build")):
        to.mkdir(parents=True, exist_ok=True)
        text = (source / name).read_text(encoding="utf-8")
        for word, value in {**NAMES, "MKINITCPIO_HOOKS": hooks}.items():
            text = text.replace(f"@{word}@", value)
        (to / pathlib.Path(name).name).write_text(text, encoding="utf-8")
        (to / pathlib.Path(name).name).chmod(0o755)
    shutil.copy(tree / "bin/busybox", library / "busybox")
    distribution.in_root(tree, "sh", "-euc", AS_ON_ARCH)


def _make_image(tree):
    """In the place of the one that initramfs-tools has made."""
    for file, place in (("install", "install/isboot"), ("hook", "hooks/isboot"), ("generator", "isboot/generator")):
        (tree / "usr/lib/initcpio" / place).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / "distribution/mkinitcpio" / file, tree / "usr/lib/initcpio" / place)
    image = next((tree / "boot").glob("initrd.img-*"))
    version = image.name.removeprefix("initrd.img-")
    said = distribution.in_root(tree, "mkinitcpio", "-k", version, "-g", f"/boot/{image.name}")
    print(said.decode(errors="replace"), flush=True)
    # The system makes that list itself, there.
    (tree / "etc/udev/hwdb.bin").unlink()


class WithUdev(distribution.DistributionMachine):
    hooks = HOOKS["udev"]

    def _system(self, suite, generator, root):
        tree = distribution.install(self.workspace, suite, generator, root)
        _lay(tree, self.hooks)
        _make_image(tree)
        distribution.prepare_for_test(tree, root)
        return tree


class WithSystemd(WithUdev):
    hooks = HOOKS["systemd"]


class Mkinitcpio(unittest.TestCase):

    def whole_life(self, machine):
        for suite in SUITES:
            with self.subTest(suite=suite):
                live(f"distribution-mkinitcpio-{suite}", suite, "initramfs-tools", ROOT, machine)

    def test_with_udev(self):
        self.whole_life(WithUdev)

    def test_with_systemd(self):
        self.whole_life(WithSystemd)


if __name__ == "__main__":
    unittest.main()
