"""QEMU: a machine with two serial lines and one NIC, and no disk but the one over iSCSI."""

import contextlib
import os
import shutil
import socket
import subprocess

from . import packages
from .console import Console, Stream
from .process import running
from .processor import AMD64
from .target import LUN, NAME

MEMORY_MIB = 512
OWN_IPV6, HOST_IPV6 = "fec0::15", "fec0::2"
HOST = "10.0.2.2"  # the host's loopback interface, as QEMU's user networking shows it
MAC, OTHER_MAC = "52:54:00:12:34:56", "52:54:00:12:34:57"
USER_NETWORK = "user,id=net"  # QEMU's own NAT, DHCP and TFTP
INITIATOR = "iqn.2026-11.org.example:isboot-vm-initiator"
KERNEL_ARGUMENTS = AMD64.kernel_arguments
# Room for what a machine says while nobody reads: QEMU and the kernel drop what finds none.
PIPE_BYTES = 1 << 20


def accelerator():
    """TCG unless told otherwise: where these tests run, KVM does not boot a stock kernel."""
    return os.environ.get("ISBOOT_VM_ACCEL", "tcg,thread=multi")


class Machine:
    """The parts common to all; `arguments` say how it boots. On the first serial line is the console, where
    the kernel writes in the middle of what others write; the second one is the test's alone. The NIC is
    plugged into `netdev`, as -netdev has it, with the id "net"; `network`: further options of that."""

    # pylint: disable-next=too-many-arguments
    def __init__(self, workspace, network, arguments, netdev=USER_NETWORK, processor=AMD64):
        self._workspace = workspace
        self.console = None
        self._command = [
            *processor.qemu, "-nodefaults", "-no-user-config", "-no-reboot",
            "-accel", accelerator(), "-smp", "1",
            "-m", f"{MEMORY_MIB}M", "-display", "none",
            "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
            *processor.channel, "-netdev", f"{netdev}{network}", *arguments]

    def add(self, *arguments):
        """Further arguments of QEMU's."""
        self._command += arguments

    def set_memory(self, mib):
        self._command[self._command.index("-m") + 1] = f"{mib}M"

    def count_instructions(self, shift, leap=True):
        """The guest's clock counts instructions, each 2^shift ns: what the machine does takes the same
        time on a busy host. With `leap` idle time passes at once; a machine that waits for somebody
        outside has to see real time then."""
        self._command[self._command.index(accelerator())] = "tcg,thread=single"
        self.add("-icount", f"shift={shift},sleep={'off' if leap else 'on'}")

    def add_other_nic(self, nic):
        """One more, which comes first on the bus and leads nowhere but to a DHCP server."""
        front = self._command.index("-netdev")
        self._command[front:front] = [
            "-netdev", "user,id=other,net=10.0.3.0/24,restrict=on",
            "-device", f"{nic},netdev=other,mac={OTHER_MAC},romfile="]

    def record(self, name):
        """From the start on, every frame of the NIC goes to the file `name` of the run, as pcap."""
        self.add("-object", f"filter-dump,id=record,netdev=net,file={name}")

    @contextlib.contextmanager
    def running(self, watcher=None):
        """Yields QEMU's process; `console` is there while the block runs."""
        channel, theirs = socket.socketpair()
        number = theirs.fileno()
        with channel, open(self._workspace / "qemu.log", "wb") as errors, \
             running(*self._command, "-chardev", f"socket,id=channel,fd={number}", pass_fds=[number],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, pipesize=PIPE_BYTES,
                     cwd=self._workspace.path) as child:
            theirs.close()
            self.console = Console(Stream(child.stdout.fileno(), self._workspace / "console.log"),
                                   Stream(channel.fileno(), self._workspace / "channel.log"), watcher)
            try:
                yield child
                self.console.expect_no_denied_call()
            finally:
                self.console.close()


def from_firmware(workspace, port, uefi):
    """iPXE, in the NIC's option ROM, gets a script by TFTP and boots the disk at `port`."""
    write_script(workspace, port)
    return from_ipxe(workspace, "virtio-net-pci", uefi)


def from_loaded_ipxe(workspace, port, processor, ipxe):
    """The same by UEFI, of which PXE loads the file `ipxe` by TFTP: no ROM has iPXE for this
    processor. It takes the script that it finds beside itself."""
    script = write_script(workspace, port, first=("dhcp",))
    script.rename(script.with_name("autoexec.ipxe"))
    shutil.copy(ipxe, script.with_name("ipxe.efi"))
    firmware = uefi_arguments(workspace, processor=processor)
    return Machine(workspace, "", [*_only_nic("virtio-net-pci"), *firmware],
                   f"{USER_NETWORK},tftp=tftp,bootfile=ipxe.efi", processor)


def write_script(workspace, port, chap=(), first=(), lun=LUN):
    """What from_ipxe() runs: the disk at `port` is booted. `chap`: as of target.Target; `first`:
    what iPXE does before."""
    boot = workspace / "tftp"
    boot.mkdir(exist_ok=True)
    settings = zip(("username", "password", "reverse-username", "reverse-password"), chap)
    lines = ["#!ipxe", *first, f"set initiator-iqn {INITIATOR}",
             *(f"set {name} {value}" for name, value in settings),
             f"sanboot iscsi:{HOST}:tcp:{port}:{lun}:{NAME}", ""]
    script = boot / "boot.ipxe"
    script.write_text("\n".join(lines), encoding="ascii")
    return script


def from_ipxe(workspace, nic, uefi, netdev=f"{USER_NETWORK},tftp=tftp,bootfile=boot.ipxe", suite=None):
    """iPXE does what DHCP tells it; of itself, QEMU's says boot.ipxe of the run's tftp directory.
    `nic`: QEMU's name of the device; `suite`: Debian's whose iPXE it is, else the host's own."""
    # QEMU's own choice of ROM holds iPXE twice, for BIOS and for UEFI.
    arguments, network = _only_nic(nic), ""
    if suite:
        # It is QEMU's own choice here too: with romfile= QEMU would leave the PCI id in it as it is, which
        # is not this virtio-net's, and SeaBIOS passes it over.
        tree = packages.unpacked("ipxe-qemu", archive=packages.Archive(suite))
        arguments += ["-L", f"{tree}/usr/share/qemu"]
    if uefi:
        arguments += uefi_arguments(workspace)
    if uefi and suite:
        network = _loading_ipxe(workspace, suite)
    return Machine(workspace, network, arguments, netdev)


def _only_nic(nic):
    return ["-device", f"{nic},netdev=net,mac={MAC},bootindex=1"]


def _loading_ipxe(workspace, suite):
    """UEFI's PXE gets iPXE by TFTP, and that boot.ipxe: from Debian 13 on a ROM has only the NIC's driver
    for UEFI."""
    ipxe = packages.unpacked("ipxe", archive=packages.Archive(suite)) / "usr/lib/ipxe/ipxe-amd64.efi"
    shutil.copy(ipxe, workspace / "tftp/ipxe.efi")
    # Where there are two NICs, the last one leads to boot.ipxe.
    script = "#!ipxe\ndhcp net1 || dhcp\nchain boot.ipxe\n"
    (workspace / "tftp/autoexec.ipxe").write_text(script, encoding="ascii")
    return ",bootfile=ipxe.efi"


def uefi_arguments(workspace, variables=None, processor=AMD64):
    """The firmware; `variables`: the bytes of its store, when it is not to start as a new one."""
    code, pristine = processor.firmware
    if variables:
        (workspace / "vars.fd").write_bytes(variables)
    else:
        shutil.copy(pristine, workspace / "vars.fd")
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={code}",
            "-drive", "if=pflash,format=raw,file=vars.fd"]


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
