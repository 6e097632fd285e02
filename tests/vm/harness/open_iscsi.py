"""Debian's open-iscsi, unpacked from its package: the incumbent beside which isboot is measured."""

from . import packages, programs


def files(*names):
    """Path in an initramfs → contents: `names` of its /sbin and the libraries that they need."""
    found = programs.with_libraries(_tree(), *(f"sbin/{name}" for name in names))
    return {path: file.read_bytes() for path, file in found.items()}


def iscsistart_files():
    return files("iscsistart")


def settings():
    """iscsid.conf as Debian ships it."""
    return (_tree() / "etc/iscsi/iscsid.conf").read_bytes()


def _tree():
    return packages.unpacked_with_libraries("open-iscsi")
