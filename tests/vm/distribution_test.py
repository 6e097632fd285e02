"""isboot's package in whole Debian systems: installed by apt and nothing else, started by firmware's
table to the login prompt, through an outage, a reboot and a power-off. Needs root and the network:
its roots are made from packages. Not in CI; `scripts/test --distribution`."""

import unittest

from harness import distribution
from harness.distribution import DistributionMachine
from harness.distribution_life import come_up, live
from harness.distribution_tests import SYSTEMS, set_up


def setUpModule():  # pylint: disable=invalid-name
    set_up(SYSTEMS)


class Distribution(unittest.TestCase):

    def test_whole_life(self):
        for suite, generator in SYSTEMS:
            with self.subTest(suite=suite, generator=generator):
                live(f"distribution-{suite}-{generator}", suite, generator)

    def test_no_table(self):
        """From a disk of its own: nobody sees a line, and no process of isboot is left."""
        for suite, generator in SYSTEMS:
            with self.subTest(suite=suite, generator=generator), DistributionMachine(
                    f"distribution-local-{suite}-{generator}", suite, generator,
                    table=False) as machine:
                come_up(machine)
                for log in ("dmesg", "journalctl --boot --no-pager"):
                    said = machine.order(f"{log} | grep -E 'isboot(\\[[0-9]+\\])?: ' || true")
                    self.assertEqual(said, "")
                self.assertEqual([text for _, text in machine.console.lines if "isboot: " in text], [])
                self.assertEqual(machine.order("grep -sl ^isboot /proc/[0-9]*/comm || true"), "")
                self.assertEqual(machine.order("ls /run/isboot 2>/dev/null || echo none"),
                                 "none")
                machine.power_off()

    def test_purge(self):
        for suite, generator in SYSTEMS:
            with self.subTest(suite=suite, generator=generator):
                self._purge(suite, generator)

    def _purge(self, suite, generator):
        workspace = distribution.Workspace(f"distribution-purge-{suite}-{generator}")
        tree = distribution.install(workspace, suite, generator)
        name = next((tree / "boot").glob("initrd.img-*")).name
        inside = "lsinitramfs" if generator == "initramfs-tools" else "lsinitrd"
        listing = f"{inside} /boot/{name} | grep -c isboot || true"
        self._credentials(tree, name, inside)
        self.assertNotEqual(distribution.in_root(tree, "sh", "-c", listing).strip(), b"0")
        distribution.in_root(tree, "apt-get", "purge", "-y", "isboot")
        self.assertEqual(distribution.in_root(tree, "sh", "-c", listing).strip(), b"0")
        left = distribution.in_root(tree, "sh", "-c", distribution.LEFT).decode().split()
        # dpkg's and apt's own records of what was installed once.
        self.assertEqual([path for path in left if not path.startswith("/var/lib/")], [])
        distribution.run("rm", "-rf", tree)

    def _credentials(self, tree, name, inside):
        """They are taken along, and are root's alone in the image, however they are in the system:
        isboot takes no others."""
        file = tree / "etc/isboot/credentials"
        file.parent.mkdir(exist_ok=True)
        file.write_text("name=guest\nsecret=sixteen-letters.\n", encoding="ascii")
        file.chmod(0o644)
        distribution.in_root(tree, "dpkg-trigger", "--no-await", "update-initramfs")
        distribution.in_root(tree, "dpkg", "--triggers-only", "--pending")
        self.assertEqual((tree / "boot" / name).stat().st_mode & 0o777, 0o600)
        long = f"{inside} {'-l ' if inside == 'lsinitramfs' else ''}/boot/{name}"
        lines = distribution.in_root(tree, "sh", "-c", long).decode().splitlines()
        found = [line for line in lines if line.endswith("etc/isboot/credentials")]
        self.assertEqual([line.split()[0] for line in found], ["-rw-------"])
        file.unlink()


if __name__ == "__main__":
    unittest.main()
