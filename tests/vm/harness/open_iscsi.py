"""Debian's open-iscsi, unpacked from its package: the incumbent beside which isboot is measured."""

from . import packages, programs

PACKAGES = ("open-iscsi", "libopeniscsiusr", "libssl3", "libkmod2", "liblzma5", "libzstd1", "libc6")


def files(*names):
    """Path in an initramfs → contents: `names` of its /sbin and the libraries that they need."""
    tree = packages.unpacked(*PACKAGES)
    found = programs.with_libraries(tree, *(f"sbin/{name}" for name in names))
    return {path: file.read_bytes() for path, file in found.items()}


def iscsistart_files():
    return files("iscsistart")
