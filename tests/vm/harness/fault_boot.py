"""How the machine for faults boots: with fio in its root, and a relay before its target."""

import contextlib
import dataclasses

from . import console, fio, kernel, lio, multipath, packages, peer, programs, qmp, several_nics
from .boot import Boot
from .relay import Relay

CHAP = ("guest", "sixteen-letters.")
# The kernel's errors alone: on the emulated serial line each line of the kernel costs time. Its own log
# has room for all that a machine without memory says.
ARGUMENTS = "loglevel=4 log_buf_len=1M"
ERRORS = "/errors"  # in its root: what no line of the kernel's own log may say, for grep
LOGGED = f"busybox dmesg | grep -Ef {ERRORS}"
TC = "/sbin/tc"  # not busybox's
# What disturbs the machine's line: tc-netem(8), what comes in by way of a link of its own.
MODULES = ("sch_netem", "ifb", "act_mirred", "cls_matchall", "sch_ingress")
DISTURBABLE = " && ".join((
    *(f"modprobe {name}" for name in MODULES), "ip link set ifb0 up",
    f"{TC} qdisc add dev eth0 ingress",
    f"{TC} filter add dev eth0 parent ffff: protocol all matchall action mirred egress redirect dev ifb0"))


@dataclasses.dataclass(frozen=True)
class Variant:
    """What a machine is made of. `kernel`: Debian's suite that has it; `paths`: NICs, each a path
    of dm-multipath's where there are more than one; `cache`: LIO's, as of peer.Peer."""
    cpus: int = 1
    kernel: str = "bookworm"
    target: str = "tgt"
    paths: int = 1
    cache: str = peer.WRITTEN_THROUGH

    def words(self):
        """What is not as usual, for a table."""
        return ", ".join(word for said, word in (
            (self.paths != 1, f"{self.paths} paths"), (self.target != "tgt", "LIO"), (self.cpus != 1, f"{self.cpus} processors"),
            (self.kernel != "bookworm", f"{self.kernel}'s kernel")) if said)


PLAIN = Variant()


def make_findable(errors, tree):
    """By LOGGED, in a machine whose root becomes `tree`; and a system call that the keeper's list lacks."""
    (tree / ERRORS.lstrip("/")).write_text(f"{errors}|{console.DENIED_CALL}\n", encoding="ascii")


class FaultBoot(Boot):
    """`relay` and `monitor` are there while it runs."""

    # pylint: disable-next=too-many-arguments
    def __init__(self, name, firmware, arguments, guest_init, variant=PLAIN):
        tree = packages.unpacked_with_libraries("iproute2")
        debians = kernel.of_suite(variant.kernel)
        errors, initrd = console.ERRORS, None
        if variant.paths > 1:
            errors, initrd = multipath.ERRORS, multipath.initramfs_of(debians)
            arguments += f" {multipath.PING}"
        self.errors = f"{errors}|Kernel panic"
        super().__init__(name, firmware, f"{ARGUMENTS} {arguments}", initrd, guest_init,
                         files={**programs.with_libraries(tree, "sbin/tc"), **fio.files()},
                         root_mib=fio.ROOT_MIB, chap=CHAP, kernel=debians)
        self.relay = None
        self.monitor = None
        self._variant = variant

    @property
    def paths(self):
        return self._variant.paths

    def change_root(self, tree):
        for path, contents in self._kernel.module_files(MODULES).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(contents)
        make_findable(self.errors, tree)

    @contextlib.contextmanager
    def serving(self):
        with super().serving():
            self.relay = Relay(self.target.port)
            try:
                yield
            finally:
                self.relay.end()

    @contextlib.contextmanager
    def serving_disk(self):
        if self._variant.target == "tgt":
            with super().serving_disk():
                yield
        else:
            with lio.serving(self.workspace, self.disk.path, self._chap,
                             cache=self._variant.cache) as self.target:
                yield

    @contextlib.contextmanager
    def guest(self, watcher=None):
        (self.workspace / qmp.SOCKET).unlink(missing_ok=True)  # of a machine that was cut off
        with super().guest(watcher) as qemu:
            with contextlib.closing(qmp.Monitor(self.workspace.path)) as self.monitor:
                yield qemu

    def _machine(self, port):
        guest = super()._machine(self.relay.port) if self.paths == 1 else several_nics.from_kernel(
            self, [several_nics.pair(number, self.relay.port, chap="chap", chap_name=CHAP[0],
                                     chap_secret=CHAP[1]) for number in range(self.paths)])
        guest.add("-smp", str(self._variant.cpus), *qmp.ARGUMENTS)
        return guest
