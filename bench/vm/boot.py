"""The time that a whole Debian 12 takes from /init to its root and to its login prompt: with isboot's
package, and with open-iscsi. On a clock that counts instructions. Needs root, the network and
build/package."""

import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import distribution, private_network
from harness.process import run

SUITE, GENERATOR = "bookworm", "initramfs-tools"
BUDGETS = (0.5, 0.75)
NS_PER_INSTRUCTION_LOG2 = 1
LIMIT_S = 1800
OPEN_ISCSI = ("apt-get update && apt-get install -y --no-install-recommends open-iscsi && "
              "echo ISCSI_AUTO=true >/etc/iscsi/iscsi.initramfs && update-initramfs -u")
Times = collections.namedtuple("Times", "to_root to_login")
# Tells on the first serial line when the kernel started /init and mounted root, and when the login
# prompt's unit was there: seconds since the kernel's start.
REPORT = {
    "usr/local/sbin/report": r"""#!/bin/sh
at() { dmesg | sed -n "s/^\[ *\([0-9.]*\)\].*$1.*/\1/p" | head -n 1; }
login=$(systemctl show --value --property ActiveEnterTimestampMonotonic serial-getty@ttyS1)
echo
echo "BENCH-TIMES $(at 'Run .init as init') $(at 'EXT4-fs.*: mounted') $login $(findmnt -no SOURCE /)"
""",
    "etc/systemd/system/report.service": """[Unit]
After=serial-getty@ttyS1.service multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh /usr/local/sbin/report
StandardOutput=tty
TTYPath=/dev/ttyS0
""",
}
WANTED = "etc/systemd/system/graphical.target.wants/report.service"


class TimedMachine(distribution.DistributionMachine):
    """`tool`: what its disk comes by."""

    def __init__(self, tool):
        self._tool = tool
        self.times = None
        super().__init__(f"bench-boot-{tool}", SUITE, GENERATOR)

    def _system(self, suite, generator, root):
        if self._tool == "isboot":
            tree = super()._system(suite, generator, root)
        else:
            tree = self.workspace / "root"
            run("cp", "-a", "--reflink=auto", distribution.base(suite, generator), tree)
            distribution.in_root(tree, "sh", "-euc", OPEN_ISCSI)
            distribution.prepare_for_test(tree, root)
        # The test's own units would write and listen meanwhile.
        (tree / "etc/systemd/system/multi-user.target.wants/isboot-test.service").unlink()
        for path, text in REPORT.items():
            (tree / path).write_text(text, encoding="ascii")
        (tree / WANTED).parent.mkdir(exist_ok=True)
        (tree / WANTED).symlink_to("../report.service")
        return tree

    def _guest(self, port):
        guest = super()._guest(port)
        guest.count_instructions(NS_PER_INSTRUCTION_LOG2, leap=False)
        return guest

    def _wait_for_start(self):
        said = self.console.wait_for(r"BENCH-TIMES (\S+) (\S+) (\d+) /dev/sda", LIMIT_S, "the times")
        init, root, login = float(said[1]), float(said[2]), int(said[3]) / 1e6
        self.times = Times(root - init, login)


def main():
    distribution.base(SUITE, GENERATOR)
    machines = {tool: TimedMachine(tool) for tool in ("isboot", "open-iscsi")}
    private_network.enter()
    print(f"{'':12} {'/init to root':>14} {'to login':>10}  seconds")
    for tool, machine in machines.items():
        with machine:
            print(f"{tool:12} {machine.times.to_root:14.2f} {machine.times.to_login:10.2f}", flush=True)
        machine.workspace.clear()
    ratios = [ours / theirs for ours, theirs in zip(*(machines[tool].times
                                                      for tool in ("isboot", "open-iscsi")))]
    for name, ratio, budget in zip(("/init to root", "to login"), ratios, BUDGETS):
        print(f"{name}: {ratio:.2f}; budget {budget}: "
              f"{'met' if ratio <= budget else 'MISSED'}")


if __name__ == "__main__":
    main()
