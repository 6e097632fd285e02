"""One machine that boots from iSCSI, from the making of its disk to what it left behind."""

import contextlib
import re
import secrets

from . import console, ibft_table, initramfs, machine, orders, target
from .disk import ROOT_LABEL, ROOT_MIB, Disk, root_tree
from .kernel import Kernel
from .processor import AMD64
from .workspace import PROJECT, Workspace, init_binary, isboot_binary, small_binary, vm_writer

BIOS, UEFI, KERNEL = "bios", "uefi", "kernel"  # who loads the kernel; KERNEL: QEMU itself

ROOT_ARGUMENTS = f"root=LABEL={ROOT_LABEL} rootfstype=ext4 ro"
ARGUMENTS = f"{AMD64.kernel_arguments} {AMD64.early_console} {ROOT_ARGUMENTS}"
GUEST_INIT = PROJECT / "tests/vm/guest/init"

# Seconds. Several times what two busy cores need; a wait that reaches its limit is a failure.
START_LIMIT = 500
POWER_OFF_LIMIT = 60

# Where the release build's programs look for it (platform/linux/keeper/start_anew.h).
SMALL_PROGRAM = "usr/local/lib/isboot/isboot-initramfs"


class Boot:
    """`run` boots it once; afterwards `report`, `exit_status` and `disk` tell how that went."""

    # What no line of the console may say.
    errors = console.ERRORS
    processor = AMD64
    slowness = 1  # how many times a wait's limit it may take

    # pylint: disable-next=too-many-arguments
    def __init__(self, name, firmware, arguments="", initrd=None, guest_init=GUEST_INIT,
                 files=None, root_mib=ROOT_MIB, chap=None, kernel=None):
        self.workspace = Workspace(name)
        self.nonce = secrets.token_hex(8)
        self.report = {}
        self.exit_status = None
        self.console = None
        self.target = None
        self._firmware = firmware
        self._chap = chap
        processor = self.processor
        self._kernel = kernel or Kernel(processor.archive)
        self._arguments = (f"{processor.kernel_arguments} {processor.early_console} {ROOT_ARGUMENTS} "
                           f"vm.nonce={self.nonce} {arguments}")
        self._initrd = initrd or isboot_initramfs(self._kernel)
        tree = root_tree(self.workspace, self._kernel, self._initrd, guest_init, self._arguments,
                         files={"sbin/isboot": isboot_binary(), SMALL_PROGRAM: small_binary(),
                                "bin/writer": vm_writer(), "bin/obey": orders.OBEY, **(files or {})},
                         processor=processor)
        self.change_root(tree)
        self.disk = self.make_disk(tree, root_mib)

    def make_disk(self, tree, root_mib):
        return Disk(self.workspace, tree, root_mib, self.processor)

    @contextlib.contextmanager
    def running(self, watcher=None):
        """The target and the machine, for as long as the block runs; yields QEMU's process."""
        with self.serving(), self.guest(watcher) as qemu:
            yield qemu

    @contextlib.contextmanager
    def serving(self):
        """The target alone, and what stands before it."""
        with self.serving_disk():
            yield

    @contextlib.contextmanager
    def serving_disk(self):
        """The target; `self.target` is it."""
        with target.serving(self.workspace, self.disk.path, self._chap) as self.target:
            yield

    @contextlib.contextmanager
    def guest(self, watcher=None):
        """The machine alone; yields QEMU's process."""
        guest = self._machine(self.target.port)
        with guest.running(watcher) as qemu:
            self.console = guest.console
            yield qemu

    def run(self, watcher=None):
        """Boots, reads the system's report, and waits for the power-off."""
        with self.running(watcher) as qemu:
            self.wait_for_report()
            self.wait_for_power_off(qemu)
        return self

    def prove(self):
        """Boots once, expects all of check(), and keeps the run's folder only where that fails.
        Returns what the console said."""
        print(f"logs: {self.workspace.path}")
        self.run()
        self.check()
        self.workspace.clear()
        return "\n".join(text for _, text in self.console.lines)

    @property
    def loaded(self):
        """What QEMU loads itself, as machine.from_kernel() takes it."""
        return self.workspace, self._kernel, self._initrd, self._arguments

    def wait_for_report(self):
        self.before_root()
        self.wait_for_system()

    def wait_for_system(self):
        """The report alone."""
        limit_s = START_LIMIT * self.slowness
        line = self.console.wait_for(r"^ISBOOT-REPORT (.*)", limit_s, "the system's report")
        self.report = dict(re.findall(r"(\S+)=(\S+)", line.group(1)))

    def change_root(self, tree):
        """What a test changes in the directory that becomes the disk's root."""

    def before_root(self):
        """What a test does before the system's start."""

    def wait_for_power_off(self, qemu):
        limit = POWER_OFF_LIMIT * self.slowness
        self.console.wait_for_end(limit)
        self.exit_status = qemu.wait(limit)

    def check(self):
        """What has to hold after every boot: seen from inside the guest, then from the image."""
        expect(self.report["root_on_iscsi"] == "yes", "root is not on the session's disk")
        expect(self.report["marker_written"] == "yes", "the system could not write to its root")
        self.console.expect_no_error(self.errors)
        expect(self.exit_status == 0, f"QEMU ended with {self.exit_status}, not by power-off")
        marker = self.disk.read("/marker").decode().strip()
        expect(marker == self.nonce, f"the image holds {marker!r}, not {self.nonce!r}")
        self.disk.check()

    def _machine(self, port):
        if self._firmware == KERNEL:
            table = ibft_table.leading_to(port, target.NAME, machine.INITIATOR, chap=self._chap)
            return machine.from_kernel(*self.loaded, table)
        return machine.from_firmware(self.workspace, port, uefi=self._firmware == UEFI)


def expect(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


def isboot_initramfs(kernel):
    """isboot as /init and the modules: nothing else is in it."""
    return initramfs.build({"init": init_binary().read_bytes(), **kernel.module_files()})
