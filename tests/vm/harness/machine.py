"""QEMU: a machine with a serial line and one NIC, and no disk but the one over iSCSI."""

import contextlib
import os
import shutil
import subprocess

from .console import Console
from .process import running
from .target import LUN, NAME

MEMORY_MIB = 512
HOST = "10.0.2.2"  # the host's loopback interface, as QEMU's user networking shows it
MAC = "52:54:00:12:34:56"
USER_NETWORK = "user,id=net"  # QEMU's own NAT, DHCP and TFTP
INITIATOR = "iqn.2026-11.org.example:isboot-vm-initiator"
OVMF = "/usr/share/OVMF"
# For every kernel here. The check of the timer counts ticks against the host's time: on a busy host
# an emulated machine misses some, and the kernel would panic ("IO-APIC + timer doesn't work"). Nor is
# it a fault of the kernel ("BUG: soft lockup") that a busy host stops its processor for a while.
KERNEL_ARGUMENTS = "console=ttyS0 panic=1 no_timer_check nosoftlockup"


def accelerator():
    """TCG unless told otherwise: where these tests run, KVM does not boot a stock kernel."""
    return os.environ.get("ISBOOT_VM_ACCEL", "tcg,thread=multi")


class Machine:
    """The parts common to all; `arguments` say how it boots. The NIC is plugged into `netdev`, as
    -netdev has it, with the id "net"; `network`: further options of that."""

    def __init__(self, workspace, network, arguments, netdev=USER_NETWORK):
        self._workspace = workspace
        self.console = None
        self._command = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
            "-machine", "q35,graphics=off", "-accel", accelerator(), "-cpu", "max", "-smp", "1",
            "-m", f"{MEMORY_MIB}M", "-display", "none",
            "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
            "-netdev", f"{netdev}{network}", *arguments]

    def add(self, *arguments):
        """Further arguments of QEMU's."""
        self._command += arguments

    def count_instructions(self, shift):
        """The guest's clock counts instructions, each 2^shift ns, and idle time passes at once: what
        the machine does takes the same time on a busy host."""
        self._command[self._command.index(accelerator())] = "tcg,thread=single"
        self.add("-icount", f"shift={shift},sleep=off")

    def record(self, name):
        """From the start on, every frame of the NIC goes to the file `name` of the run, as pcap."""
        self.add("-object", f"filter-dump,id=record,netdev=net,file={name}")

    @contextlib.contextmanager
    def running(self, watcher=None):
        """Yields QEMU's process; `console` is there while the block runs."""
        log = self._workspace / "console.log"
        with open(self._workspace / "qemu.log", "wb") as errors, \
             running(*self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                     cwd=self._workspace.path) as child:
            self.console = Console(child.stdout.fileno(), log, watcher)
            try:
                yield child
                self.console.expect_no_denied_call()
            finally:
                self.console.close()


def from_firmware(workspace, port, uefi):
    """iPXE, in the NIC's option ROM, gets a script by TFTP and boots the disk at `port`."""
    write_script(workspace, port)
    return from_ipxe(workspace, "virtio-net-pci", uefi)


def write_script(workspace, port, chap=()):
    """What from_ipxe() runs: the disk at `port` is booted. `chap`: as of target.Target."""
    boot = workspace / "tftp"
    boot.mkdir(exist_ok=True)
    settings = zip(("username", "password", "reverse-username", "reverse-password"), chap)
    lines = ["#!ipxe", f"set initiator-iqn {INITIATOR}",
             *(f"set {name} {value}" for name, value in settings),
             f"sanboot iscsi:{HOST}:tcp:{port}:{LUN}:{NAME}", ""]
    (boot / "boot.ipxe").write_text("\n".join(lines), encoding="ascii")


def from_ipxe(workspace, nic, uefi, netdev=f"{USER_NETWORK},tftp=tftp,bootfile=boot.ipxe"):
    """iPXE does what DHCP tells it; of itself, QEMU's says boot.ipxe of the run's tftp directory.
    `nic`: QEMU's name of the device."""
    # QEMU's own choice of ROM holds iPXE twice, for BIOS and for UEFI.
    arguments = ["-device", f"{nic},netdev=net,mac={MAC},bootindex=1"]
    if uefi:
        shutil.copy(f"{OVMF}/OVMF_VARS_4M.fd", workspace / "vars.fd")
        arguments += ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE_4M.fd",
                      "-drive", "if=pflash,format=raw,file=vars.fd"]
    return Machine(workspace, "", arguments, netdev)


def from_kernel(workspace, kernel, initramfs, cmdline, table=None, local_disk=None,
                more_tables=(), netdev=USER_NETWORK, nic="virtio-net-pci"):
    """QEMU loads the kernel itself and puts `table` (bytes) and `more_tables` among the ACPI
    tables. `local_disk`: an image that the machine has as a disk of its own; `nic`: QEMU's name
    of the device."""
    (workspace / "initrd.img").write_bytes(initramfs)
    arguments = []
    for number, one in enumerate([table, *more_tables] if table else ()):
        (workspace / f"ibft{number}.bin").write_bytes(one)
        arguments += ["-acpitable", f"file=ibft{number}.bin"]
    if local_disk:
        arguments += ["-drive", f"if=virtio,format=raw,file={local_disk}"]
    return Machine(workspace, "", [
        "-device", f"{nic},id=nic,netdev=net,mac={MAC},romfile=", *arguments,
        "-kernel", kernel.image, "-initrd", "initrd.img", "-append", cmdline], netdev)
