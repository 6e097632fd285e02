"""A unified kernel image: systemd's stub for UEFI with a kernel, its command line and an initramfs in
it, one file that firmware starts in a loader's place."""

from . import packages
from .process import run

STUB = "usr/lib/systemd/boot/efi/linuxx64.efi.stub"
# Where each part is in memory, behind the stub's own (systemd-stub(7)).
_ADDRESSES = {".osrel": 0x20000, ".cmdline": 0x30000, ".linux": 0x2000000, ".initrd": 0x3000000}


def build(workspace, kernel, initramfs, arguments):
    """The file's path."""
    contents = {".osrel": b"ID=isboot-test\n", ".cmdline": arguments.encode(),
                ".linux": kernel.image.read_bytes(), ".initrd": initramfs}
    assert len(contents[".linux"]) < _ADDRESSES[".initrd"] - _ADDRESSES[".linux"]
    options = []
    for section, address in _ADDRESSES.items():
        part = workspace / f"unified{section}"
        part.write_bytes(contents[section])
        options += ["--add-section", f"{section}={part}",
                    "--change-section-vma", f"{section}={address:#x}"]
    image = workspace / "unified.efi"
    run("objcopy", *options, packages.unpacked("systemd-boot-efi") / STUB, image)
    return image
