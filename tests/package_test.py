"""isboot's Debian package, built by scripts/package: what is in it, how it was compiled, and that
the same source gives the same bytes. Builds all of the program twice; scripts/test --distribution."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "build/package"
HOOKS = {
    "usr/share/initramfs-tools/hooks/isboot": "initramfs-tools/hook",
    "usr/share/initramfs-tools/scripts/local-top/isboot": "initramfs-tools/local-top",
    "usr/share/initramfs-tools/scripts/panic/isboot": "initramfs-tools/panic",
    "usr/lib/systemd/system-shutdown/isboot.shutdown": "systemd/isboot.shutdown",
    "usr/lib/isboot/boot-and-tell": "boot-and-tell",
    "usr/lib/isboot/own-initramfs": "own-initramfs/own-initramfs",
    "usr/lib/kernel/install.d/95-isboot.install": "own-initramfs/isboot.install",
    "etc/kernel/postinst.d/zz-isboot": "own-initramfs/postinst",
    "etc/kernel/postrm.d/zz-isboot": "own-initramfs/postrm",
    "etc/grub.d/09_isboot": "own-initramfs/grub",
    "etc/grub.d/41_isboot": "own-initramfs/grub",
    **{f"usr/lib/dracut/modules.d/95isboot/{path.name}": f"dracut/95isboot/{path.name}"
       for path in (PROJECT / "distribution/dracut/95isboot").iterdir()},
}
# A page for two subcommands or three is found by each of their names.
MANUALS = {"isboot", *(f"isboot-{name}" for name in (
    "attach", "boot", "check", "detach", "discover", "export", "ibft", "init", "initramfs", "keep",
    "plan", "status", "timeline"))}
CONF_HOOK = "usr/share/initramfs-tools/conf-hooks.d/isboot"
UNITS = ("isboot.service", "isboot-came-up.service")
SMALL = ("usr/lib/isboot/isboot-initramfs", "usr/lib/isboot/isboot-init")
FILES = {"usr/sbin/isboot", *SMALL, CONF_HOOK, "etc/isboot/isboot.conf", "usr/lib/systemd/catalog/isboot.catalog",
         *(f"usr/lib/systemd/system/{unit}" for unit in UNITS),
         *(f"usr/lib/systemd/system/multi-user.target.wants/{unit}" for unit in UNITS),
         "usr/share/bash-completion/completions/isboot", "usr/share/lintian/overrides/isboot",
         *(f"usr/share/doc/isboot/{name}" for name in ("README.md.gz", "changelog.gz", "copyright")),
         *(f"usr/share/man/man1/{name}.1.gz" for name in MANUALS)}


def built(folder, **environment):
    """The package that scripts/package makes in that folder, and what it printed."""
    # A result from a cache would say nothing of the compiler.
    done = subprocess.run([PROJECT / "scripts/package", "--folder", folder], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "CCACHE_DISABLE": "1", **environment})
    if done.returncode != 0:
        raise AssertionError(done.stdout[-4000:])
    return next(pathlib.Path(folder).glob("isboot_*.deb")), done.stdout


class Package(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.package, cls.said = built(FOLDER)
        cls.tree = pathlib.Path(tempfile.mkdtemp(prefix="isboot-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.tree)
        subprocess.run(["dpkg-deb", "--raw-extract", cls.package, cls.tree], check=True)

    def test_every_file(self):
        files = {str(path.relative_to(self.tree)) for path in self.tree.rglob("*")
                 if not path.is_dir() and "DEBIAN" not in path.parts}
        self.assertEqual(files, FILES | set(HOOKS))

    def test_hooks_are_those_of_the_tree_and_can_be_run(self):
        for path, source in HOOKS.items():
            with self.subTest(path):
                self.assertEqual((self.tree / path).read_bytes(),
                                 (PROJECT / "distribution" / source).read_bytes())
                self.assertEqual((self.tree / path).stat().st_mode & 0o777, 0o755)

    def test_small_programs_read_by_no_stream(self):
        """libstdc++'s ask glibc's tables of characters, which musl has not: `init` ended so, as PID 1."""
        for path in SMALL:
            with self.subTest(path):
                self.assertNotIn(b"St5ctypeIcE", (self.tree / path).read_bytes())

    def test_program_is_static_and_its_version_the_packages(self):
        program = self.tree / "usr/sbin/isboot"
        headers = subprocess.run(["readelf", "--wide", "--program-headers", program], check=True,
                                 capture_output=True, text=True).stdout
        self.assertNotIn("INTERP", headers)
        self.assertIn("GNU_RELRO", headers)
        self.assertRegex(headers, r"GNU_STACK.* RW ")
        version = subprocess.run(["dpkg-deb", "--field", self.package, "Version"], check=True,
                                 capture_output=True, text=True).stdout.strip()
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
        self.assertIn(version, said.stdout)

    def test_every_file_is_compiled_as_debian_hardens(self):
        compiled = [line for line in self.said.splitlines() if " -c " in line and line.rstrip().endswith((".cc", ".cxx"))]
        # Most are of many files each.
        self.assertGreater(len(compiled), 20)
        for line in compiled:
            for flag in ("-fstack-protector-strong", "-D_FORTIFY_SOURCE=", "-Werror=format-security"):
                self.assertIn(flag, line)
        linked = [line for line in self.said.splitlines() if " -o isboot " in line]
        self.assertEqual(len(linked), 1)
        self.assertIn("-Wl,-z,relro", linked[0])
        self.assertIn("-Wl,-z,now", linked[0])

    def test_another_folder_and_time_zone_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory(prefix="isboot-a-longer-name-of-a-folder-") as folder:
            again, _ = built(folder, TZ="Asia/Kathmandu", LC_ALL="C.UTF-8")
            self.assertTrue(again.read_bytes() == self.package.read_bytes(), "the bytes differ")


if __name__ == "__main__":
    unittest.main()
