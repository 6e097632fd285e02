"""The time that a whole Debian 12 takes from power-on, and from its kernel's start, to its root and to its
login prompt: with open-iscsi, with isboot's package in the same initramfs, and with isboot's own initramfs;
or the first two with dracut. By BIOS or UEFI: iPXE, GRUB and all else from the iSCSI disk. On a clock that counts
instructions. Needs root, the network and build/package."""

import argparse
import collections
import concurrent.futures
import math
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import disk, distribution, machine, private_network
from harness.distribution_roots import ROOTS
from harness.process import run
from harness.workspace import Workspace

SUITE = "bookworm"
INITRAMFS_TOOLS, DRACUT = "initramfs-tools", "dracut"
THEIRS, PACKAGE, OWN = "open-iscsi", "isboot", "isboot's own"
TOOLS = (THEIRS, PACKAGE, OWN)
# Of THEIRS, for what is judged of SPANS. None: nothing was promised.
BUDGETS = {
    INITRAMFS_TOOLS: {
        PACKAGE: {"power-on to root": None, "power-on to login": None, "/init to root": 0.5, "kernel to root": None,
                  "kernel to login": 0.75},
        OWN: {"power-on to root": 0.35, "power-on to login": 0.6, "/init to root": None, "kernel to root": 0.35,
              "kernel to login": 0.6}},
    DRACUT: {PACKAGE: {"/init to root": 0.4, "kernel to root": None}},
}
NS_PER_INSTRUCTION_LOG2 = 1
TSC_HZ = 1e9  # QEMU's, of a clock that counts instructions; it starts at power-on
LIMIT_S = 3600
# open-iscsi's package makes the initramfs of initramfs-tools, and finds this wish there. dracut, on a machine
# that does not run from iSCSI yet, has to be told of its module, and of the table on the command line; what
# Debian's iscsid needs to start is not in its image. So mended it mounts root, and stands still
# later: with dracut the time until root is all that is measured.
INSTALL = "apt-get update && apt-get install -y --no-install-recommends"
OPEN_ISCSI = {
    INITRAMFS_TOOLS: f"mkdir -p /etc/iscsi && echo ISCSI_AUTO=true >/etc/iscsi/iscsi.initramfs && {INSTALL} open-iscsi",
    DRACUT: f"{INSTALL} open-iscsi dracut-network && printf %s 'add_dracutmodules+=\" iscsi \"; "
            "install_items+=\" /lib/open-iscsi/startup-checks.sh /bin/grep \"' >/etc/dracut.conf.d/iscsi.conf && "
            "dracut --force --kver $(basename /lib/modules/*)",
}
WORDS = {(THEIRS, DRACUT): "rd.iscsi.firmware=1 rd.iscsi.ibft=1 rd.neednet=1"}
OWN_INITRAMFS = ("isboot", "initramfs", "build", "--root-type", "ext4", "--nic-modules", "virtio_net,virtio_pci")
# Seconds since power-on; with dracut since the kernel's start.
Times = collections.namedtuple("Times", "kernel init root login", defaults=[math.nan])
SPANS = {"power-on to root": lambda times: times.root, "power-on to login": lambda times: times.login,
         "/init to root": lambda times: times.root - times.init,
         "kernel to root": lambda times: times.root - times.kernel,
         "kernel to login": lambda times: times.login - times.kernel}
# Tells on the second serial line when the kernel started /init and mounted root, when the login prompt's
# unit was there, and what it is now: seconds since the kernel's start. The trace's clock is the TSC.
# Before that isboot's own record of its steps.
REPORT = {
    "usr/local/sbin/report": r"""#!/bin/sh
at() { dmesg | sed -n "s/^\[ *\([0-9.]*\)\].*$1.*/\1/p" | head -n 1; }
login=$(systemctl show --value --property ActiveEnterTimestampMonotonic serial-getty@ttyS0)
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
cd /sys/kernel/tracing
echo x86-tsc >trace_clock
echo now >trace_marker
read now rest </proc/uptime
tsc=$(sed -n 's/.* \([0-9]*\): tracing_mark_write: now$/\1/p' trace)
sed 's/^/BENCH-STEP /' /run/isboot/timeline 2>/dev/null
echo "BENCH-TIMES $(at 'Run .init as init') $(at 'EXT4-fs.*: mounted') $login $now $tsc $(findmnt -no SOURCE /)"
""",
    "etc/systemd/system/report.service": """[Unit]
After=serial-getty@ttyS0.service multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh /usr/local/sbin/report
StandardOutput=tty
TTYPath=/dev/ttyS1
""",
}
WANTED = "etc/systemd/system/graphical.target.wants/report.service"


class TimedMachine(distribution.DistributionMachine):
    """`tool`: what its disk comes by; `installed`: the directory of a system that has it. Each start is
    the first of its disk."""

    def __init__(self, tool, generator, installed, uefi):
        self.uefi = uefi
        self._tool = tool
        self._generator = generator
        self._installed = installed
        self.times = None
        self.initramfs_bytes = 0
        super().__init__(f"bench-boot-{TOOLS.index(tool)}", SUITE, generator)
        self._ipxe = True
        self._pristine = self.disk.path.with_suffix(".pristine")
        self.disk.path.rename(self._pristine)

    def __enter__(self):
        run("cp", "--sparse=always", self._pristine, self.disk.path)
        return super().__enter__()

    def _system(self, suite, generator, root):
        tree = self.workspace / "root"
        run("cp", "-a", "--reflink=auto", self._installed, tree)
        distribution.prepare_for_test(tree, root)
        # The test's own units would write and listen meanwhile.
        (tree / "etc/systemd/system/multi-user.target.wants/isboot-test.service").unlink()
        for path, text in REPORT.items():
            (tree / path).write_text(text, encoding="ascii")
        (tree / WANTED).parent.mkdir(exist_ok=True)
        (tree / WANTED).symlink_to("../report.service")
        self._prepare_loader(tree)
        return tree

    def _prepare_loader(self, tree):
        image, initramfs = distribution.kernel_of(tree)
        if self._tool == OWN:
            version = image.name.removeprefix("vmlinuz-")
            distribution.in_root(tree, *OWN_INITRAMFS, "--kernel", version, "-o", "/own")
            initramfs = (tree / "own").read_bytes()
        self.initramfs_bytes = len(initramfs)
        more = WORDS.get((self._tool, self._generator), "")
        arguments = f"{machine.KERNEL_ARGUMENTS} root={ROOTS['ext4'].argument} ro {more}"
        (tree / "boot/grub").mkdir(parents=True, exist_ok=True)
        (tree / "boot/initrd.img").write_bytes(initramfs)
        image.with_name("vmlinuz").write_bytes(image.read_bytes())
        (tree / "boot/grub/grub.cfg").write_text(disk.grub_config(arguments), encoding="ascii")

    def _guest(self, port):
        guest = super()._guest(port)
        guest.count_instructions(NS_PER_INSTRUCTION_LOG2, leap=False)
        return guest

    def _wait_for_start(self):
        if self._generator == DRACUT:
            said = ("Linux version", "Run .init as init", "EXT4-fs .*: mounted")
            self.times = Times(*map(self._wait_for_kernel, said))
        else:
            self._wait_for_report()

    def _wait_for_kernel(self, said):
        """When the kernel says it, by its own clock."""
        return float(self.console.wait_for(rf"\[ *(\d+\.\d+)\].*{said}", LIMIT_S, said)[1])

    def _wait_for_report(self):
        said = self.console.wait_for(r"BENCH-TIMES (\S+) (\S+) (\d+) (\S+) (\d+) /dev/sda", LIMIT_S, "the times")
        init, root, login, now = float(said[1]), float(said[2]), int(said[3]) / 1e6, float(said[4])
        kernel = int(said[5]) / TSC_HZ - now
        self.times = Times(kernel, kernel + init, kernel + root, kernel + login)
        self._keep_timeline()

    def _keep_timeline(self):
        """In the folder of the run, for `isboot timeline`."""
        steps = [text.removeprefix("BENCH-STEP ") for _, text in self.console.lines
                 if text.startswith("BENCH-STEP ")]
        if steps:
            (self.workspace / "timeline.log").write_text("\n".join((*steps, "")), encoding="ascii")


def _with_open_iscsi(workspace, generator):
    tree = workspace / "root"
    run("cp", "-a", "--reflink=auto", distribution.base(SUITE, generator), tree)
    distribution.in_root(tree, "sh", "-euc", OPEN_ISCSI[generator])
    return tree


def _with_isboot(workspace, generator):
    return distribution.install(workspace, SUITE, generator)


def _machines(generator, uefi):
    """Tool → its machine. Making an initramfs of Debian's takes minutes: both at the same time."""
    distribution.base(SUITE, generator)
    workspaces = [Workspace("bench-boot-theirs"), Workspace("bench-boot-ours")]
    with concurrent.futures.ThreadPoolExecutor() as both:
        theirs, ours = both.map(lambda make, workspace: make(workspace, generator), (_with_open_iscsi, _with_isboot),
                                workspaces)
    machines = {tool: TimedMachine(tool, generator, theirs if tool == THEIRS else ours, uefi)
                for tool in (THEIRS, *BUDGETS[generator])}
    for workspace in workspaces:
        workspace.clear()
    return machines


def measure(generator, runs, uefi):
    """Tool → its Times, one for each run; the tools take turns."""
    machines = _machines(generator, uefi)
    private_network.enter()
    for tool, timed in machines.items():
        print(f"{tool}: initramfs of {timed.initramfs_bytes / 1e6:.1f} MB; logs: {timed.workspace.path}")
    since = "kernel's start" if generator == DRACUT else "power-on"
    print(f"\n{f'seconds since {since}':28}", *(f"{name:>8}" for name in Times._fields))
    found = {tool: [] for tool in machines}
    for number in range(1, runs + 1):
        for tool, timed in machines.items():
            with timed:
                found[tool].append(timed.times)
            print(f"{f'{number}: {tool}':28}", *(f"{time:8.2f}" for time in timed.times), flush=True)
    for timed in machines.values():
        timed.workspace.clear()
    return found


def judge(found, budgets_of):
    """Ratios to open-iscsi's of the same run: the median, the lowest and the highest."""
    for tool, budgets in budgets_of.items():
        for name, budget in budgets.items():
            ratios = [SPANS[name](ours) / SPANS[name](theirs) for ours, theirs in zip(found[tool], found[THEIRS])]
            median = statistics.median(ratios)
            verdict = "" if budget is None else f"; budget {budget}: {'met' if median <= budget else 'MISSED'}"
            print(f"{tool}, {name}: {median:.2f} ({min(ratios):.2f} to {max(ratios):.2f}){verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--uefi", action="store_true")
    parser.add_argument("--generator", choices=tuple(BUDGETS), default=INITRAMFS_TOOLS)
    options = parser.parse_args()
    judge(measure(options.generator, options.runs, options.uefi), BUDGETS[options.generator])


if __name__ == "__main__":
    main()
