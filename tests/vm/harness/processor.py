"""The processors whose machines are tested: what QEMU, Debian, UEFI and GRUB have for each."""

import dataclasses
import pathlib

from . import packages


@dataclasses.dataclass(frozen=True)
class Processor:
    """`archive`: where its kernel, its busybox and, unless it is the host's, its GRUB come from. `channel`:
    QEMU's arguments for the second serial line; the kernel's "vm.channel" is its name in the machine."""
    archive: packages.Archive
    qemu: tuple  # the program and the machine
    kernel_arguments: str
    early_console: str
    channel: tuple
    firmware: tuple  # UEFI: the code, and the variables as they are before the first start
    grub: str  # GRUB's name of the platform
    loader: str  # what UEFI starts of a disk

    def busybox(self):
        """Static, with every applet."""
        return self._file("busybox-static", "bin/busybox", "usr/bin/busybox")

    def grub_folder(self):
        """Where the modules of its GRUB are."""
        return self._file(f"grub-efi-{self.archive.architecture}-bin", f"usr/lib/grub/{self.grub}")

    def _file(self, package, *paths):
        root = pathlib.Path("/")
        if self.archive != packages.HOST:
            root = packages.unpacked(package, archive=self.archive)
        for path in paths:
            if (root / path).exists():
                return root / path
        raise FileNotFoundError(f"{package} has none of {', '.join(paths)} in {root}")


# The check of the timer counts ticks against the host's time: on a busy host an emulated machine misses
# some, and the kernel would panic ("IO-APIC + timer doesn't work"). Nor is it a fault of the kernel
# ("BUG: soft lockup") that a busy host stops its processor for a while. With ERMS a kernel clears its
# pages by instructions that QEMU carries out byte by byte: while systemd 257 loads its BPF programs the
# machine then stands still for minutes.
AMD64 = Processor(
    archive=packages.HOST,
    qemu=("qemu-system-x86_64", "-machine", "q35,graphics=off", "-cpu", "max,erms=off"),
    kernel_arguments="console=ttyS0 vm.channel=ttyS1 panic=1 no_timer_check nosoftlockup",
    early_console="earlyprintk=ttyS0,115200",
    channel=("-serial", "chardev:channel"),
    firmware=("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    grub="x86_64-efi", loader="BOOTX64.EFI")

# Not the processor "max": emulating its signed pointers takes longer than all the rest.
ARM64 = Processor(
    archive=packages.Archive(architecture="arm64"),
    qemu=("qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"),
    kernel_arguments="console=ttyAMA0 vm.channel=ttyS0 panic=1 nosoftlockup",
    early_console="earlycon",
    channel=("-device", "pci-serial,chardev=channel"),  # the board has one line alone
    firmware=("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
    grub="arm64-efi", loader="BOOTAA64.EFI")


def with_firmware_of(suite):
    """AMD64 with UEFI as another suite of Debian's has it."""
    tree = packages.unpacked("ovmf", archive=packages.Archive(suite))
    return dataclasses.replace(AMD64, firmware=tuple(f"{tree}{path}" for path in AMD64.firmware))
