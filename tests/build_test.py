"""The program as packagers build it: no preset, both compilers, their flags, into their folder.

Each case builds all of the program from nothing, a minute or two each; scripts/test --build.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[1]
# What dpkg-buildflags(1) says on Debian 12, and position-independent code.
HARDENING = {
    "CXXFLAGS": "-g -O2 -fstack-protector-strong -Wformat -Werror=format-security -fPIE "
                "-D_FORTIFY_SOURCE=2",
    "LDFLAGS": "-Wl,-z,relro -Wl,-z,now",
}
PROGRAMS = ("isboot", "isboot-initramfs", "isboot-init")


def sources(into):
    """The files that git knows, as they are now."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           cwd=PROJECT, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (PROJECT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, into / name)


class Build(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="isboot-build-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_in(self, folder, *command, **environment):
        # A result from a cache would say nothing of the compiler.
        packager = {name: value for name, value in os.environ.items()
                    if name != "CMAKE_CXX_COMPILER_LAUNCHER"}
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                              env={**packager, "CCACHE_DISABLE": "1", **environment})
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])
        return done.stdout

    def build(self, *options, source=PROJECT, **environment):
        build = self.folder / "build"
        self.run_in(self.folder, "cmake", "-G", "Ninja", "-S", str(source), "-B", str(build),
                    *options, **environment)
        self.run_in(self.folder, "cmake", "--build", str(build))
        self.assertIn("boot", self.run_in(self.folder, str(build / "isboot"), "--help"))
        return build

    def kind_of(self, program):
        return self.run_in(self.folder, "readelf", "--wide", "--program-headers", "--dynamic",
                           str(program))

    def test_two_folders_give_the_same_bytes(self):
        built = []
        for name in ("a", "a-longer-name/of-a-folder"):
            source = self.folder / name
            sources(source)
            self.run_in(source, "cmake", "--preset", "release")
            self.run_in(source, "cmake", "--build", "--preset", "release")
            built.append(source / "build/release")
        for program in PROGRAMS:
            first, second = ((folder / program).read_bytes() for folder in built)
            self.assertEqual(len(first), len(second), program)
            self.assertTrue(first == second, f"the bytes of {program} differ")

    def test_clang(self):
        self.build("-DCMAKE_BUILD_TYPE=Release", CXX="clang++")

    def test_hardened_and_installed_below_a_folder(self):
        build = self.build("-DCMAKE_BUILD_TYPE=None", "-DCMAKE_INSTALL_PREFIX=/usr", **HARDENING)
        root = self.folder / "root"
        self.run_in(self.folder, "cmake", "--install", str(build), DESTDIR=str(root))
        installed = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        manuals = {f"usr/share/man/man1/{page.name}" for page in PROJECT.glob("docs/man/*.1")}
        self.assertLessEqual({"usr/sbin/isboot", "usr/lib/isboot/isboot-initramfs",
                              "usr/lib/isboot/isboot-init",
                              "usr/share/bash-completion/completions/isboot",
                              "usr/lib/systemd/system/isboot.service",
                              "usr/lib/systemd/catalog/isboot.catalog",
                              "usr/lib/systemd/system-shutdown/isboot.shutdown"} | manuals,
                             installed)
        # What the flags asked for is in it: symbols for a debugger, the stack's guard.
        symbols = self.run_in(self.folder, "nm", str(root / "usr/sbin/isboot"))
        self.assertIn("__stack_chk_fail", symbols)

    def test_with_shared_libraries(self):
        build = self.build("-DISBOOT_STATIC=OFF", **HARDENING)
        kind = self.kind_of(build / "isboot")
        self.assertIn("libmbedcrypto", kind)
        self.assertIn("BIND_NOW", kind)
        self.assertIn("GNU_RELRO", kind)


if __name__ == "__main__":
    unittest.main()
