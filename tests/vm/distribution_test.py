"""isboot's package in whole Debian systems: installed by apt and nothing else, started by firmware's
table to the login prompt, through an outage, a reboot and a power-off. Needs root and the network:
its roots are made from packages. Not in CI; `scripts/test --distribution`."""

import os
import unittest

from harness import distribution, private_network
from harness.distribution import DistributionMachine

SUITES = os.environ.get("ISBOOT_SUITES", "bookworm").split()
GENERATORS = os.environ.get("ISBOOT_GENERATORS", "initramfs-tools dracut").split()
OUTAGE_S = 20
# What the package brings is in /usr alone; /run is the running keeper's.
LEFT = "find / -xdev -name '*isboot*' -not -path '*/isboot-test*' -not -path '/proc/*'"


def setUpModule():  # pylint: disable=invalid-name
    reason = private_network.reason_to_skip()
    if reason:
        raise unittest.SkipTest(reason)
    distribution.package()
    for suite in SUITES:
        for generator in GENERATORS:
            distribution.base(suite, generator)
    private_network.enter()


class Distribution(unittest.TestCase):

    def test_whole_life(self):
        for suite in SUITES:
            for generator in GENERATORS:
                with self.subTest(suite=suite, generator=generator):
                    self._live(f"distribution-{suite}-{generator}", suite, generator)

    def test_no_table(self):
        """From a disk of its own: nobody sees a line, and no process of isboot is left."""
        for suite in SUITES:
            for generator in GENERATORS:
                with self.subTest(suite=suite, generator=generator), DistributionMachine(
                        f"distribution-local-{suite}-{generator}", suite, generator,
                        table=False) as machine:
                    self.assertEqual(machine.order("dmesg | grep -c isboot: || true"), "0")
                    self.assertEqual(machine.order("ls /run/isboot 2>/dev/null || echo none"),
                                     "none")
                    machine.power_off()

    def test_purge(self):
        for suite in SUITES:
            for generator in GENERATORS:
                with self.subTest(suite=suite, generator=generator):
                    self._purge(suite, generator)

    def _live(self, name, suite, generator):
        with DistributionMachine(name, suite, generator) as machine:
            machine.wait_until("systemctl is-active serial-getty@ttyS1.service",
                               distribution.START_LIMIT)
            machine.wait_until("systemctl is-system-running", distribution.START_LIMIT)
            self.assertRegex(machine.login_prompt(), r"isboot-test login:")
            self.assertEqual(machine.order("systemctl --failed --no-legend | wc -l"), "0")
            self._check_keeper(machine)
            self._check_lines(machine)
            self._outage(machine)
            machine.power_off(order="systemctl reboot", last_line="reboot: Restarting system")
            self.assertEqual(machine.relay.logouts, 1)
            machine.start()
            machine.power_off()
            self.assertEqual(machine.relay.logouts, 2)

    def _check_keeper(self, machine):
        """In no unit's control group: that of PID 1, or none."""
        groups = machine.order("cat $(grep -slx -e isboot-keep -e isboot-guard /proc/[0-9]*/comm | "
                               "sed s/comm/cgroup/) | sort -u")
        self.assertIn(groups, ("0::/init.scope", "0::/"))

    def _check_lines(self, machine):
        said = [text for _, text in machine.console.lines if "logged in to" in text]
        self.assertEqual(len(said), 1, said)

    def _outage(self, machine):
        machine.relay.listen(False)
        machine.relay.reset()
        machine.console.follow(OUTAGE_S)
        machine.relay.listen(True)
        machine.wait_until("isboot status | grep carried")
        before = machine.order("cat /run/written")
        machine.wait_until(f"test $(cat /run/written) -gt {before}")

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
        left = distribution.in_root(tree, "sh", "-c", LEFT).decode().split()
        # dpkg's and apt's own records of what was installed once.
        self.assertEqual([path for path in left if not path.startswith("/var/lib/")], [])
        distribution.run("rm", "-rf", tree)

    def _credentials(self, tree, name, inside):
        """They are taken along, and are root's alone in the image as in the system."""
        file = tree / "etc/isboot/credentials"
        file.parent.mkdir(exist_ok=True)
        file.write_text("name=guest\nsecret=sixteen-letters.\n", encoding="ascii")
        file.chmod(0o600)
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
