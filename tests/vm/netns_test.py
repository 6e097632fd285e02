"""The tests of tests/netns on Debian's kernel, which has what the host's may lack: 802.1Q."""

import os
import pathlib
import re
import shutil
import unittest

from harness import initramfs, machine
from harness.kernel import Kernel
from harness.process import run
from harness.workspace import PROJECT, Workspace

MODULES = ("veth", "8021q", "macvlan", "bridge", "bonding")
TEST_LIMIT = 840  # seconds until they are through
END_LIMIT = 60

# What the host's kernel may lack, and one that needs tgtd in the machine.
ONLY_THERE = "Vlan*:NicMenderWithVlan*:Plans/FullSocketAtAnyTime.*/Vlan:Ways/TargetOver.GivesItsDisk/Ipv4"
# Of the races with the kernel two states for each plan: emulated, all of them take minutes.
ALL = "-" + ":".join(f"*_{state}" for state in (
    "Fresh", "UpAlready", "CarrierLate", "NoAddressOfItsOwn", "StablePrivacy", "RandomAddress",
    "DuplicatesEndIpv6", "DeafToRouters", "TryingItsOwn"))

# The tests run `sh -c "ip …"`. busybox's shell would take its own ip, which cannot make these
# links: they get dash and iproute2.
INIT = b"""#!/bin/busybox sh
/bin/busybox --install -s /bin 2>/dev/null
export PATH=/usr/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
exec >/dev/ttyS1 2>&1
mkdir -p /tmp
for module in @MODULES@; do modprobe $module; done
/netns_test --gtest_filter='@FILTER@'
echo NETNS-STATUS $?
poweroff -f
"""


class Namespaces(unittest.TestCase):

    def test_debian_kernel(self):
        self._pass(ONLY_THERE)

    def test_all_on_it(self):
        self._pass(ALL)

    def _pass(self, tests):
        workspace = Workspace("netns")
        print(f"logs: {workspace.path}")
        kernel = Kernel()
        guest = machine.from_kernel(workspace, kernel, _initramfs(kernel, tests),
                                    f"{machine.KERNEL_ARGUMENTS} quiet")
        with guest.running():
            status = guest.console.wait_for(r"NETNS-STATUS (\d+)", TEST_LIMIT, "the tests' end")
            guest.console.wait_for_end(END_LIMIT)
        said = "\n".join(text for _, text in guest.console.lines)
        self.assertEqual(status.group(1), "0", said)
        for test in ("Vlan.OfAnotherNumberReachesNobody", "NicMenderWithVlan.MakesTheVlanAgain",
                     "Plans/FullSocketAtAnyTime.GetsAllAnswers/Vlan", "Ways/TargetOver.GivesItsDisk/Ipv4"):
            self.assertIn(f"[       OK ] {test} ", said)
        workspace.clear()


def _initramfs(kernel, tests):
    program = pathlib.Path(os.environ.get("ISBOOT_NETNS_TEST",
                                          PROJECT / "build/release/tests/netns/netns_test"))
    programs = {"netns_test": program, "usr/sbin/ip": _which("ip"), "bin/sh": _which("dash"),
                "usr/sbin/tgtd": _which("tgtd"), "usr/sbin/tgtadm": _which("tgtadm"),
                "bin/busybox": _which("busybox")}
    init = INIT.replace(b"@MODULES@", " ".join(MODULES).encode())
    files = {"init": init.replace(b"@FILTER@", tests.encode()),
             **{path: source.read_bytes() for path, source in programs.items()},
             **kernel.module_files(MODULES)}
    dynamic = [source for path, source in programs.items() if path != "bin/busybox"]
    for source in dynamic:
        for library in _libraries(source):
            files[library.lstrip("/")] = pathlib.Path(library).read_bytes()
    return initramfs.build(files)


def _which(name):
    return pathlib.Path(shutil.which(name))


def _libraries(program):
    """Every shared library that `program` loads, the dynamic linker among them."""
    return set(re.findall(r"(/\S+) \(0x", run("ldd", program).decode()))


if __name__ == "__main__":
    unittest.main()
