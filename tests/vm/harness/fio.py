"""Debian's fio, which writes, reads again and compares; unpacked from its package for a guest."""

from . import packages, programs

ROOT_MIB = 256  # its libraries, most of which it never calls, are large


def files():
    """Path in the guest's root → file."""
    tree = packages.unpacked_with_libraries("fio")
    return programs.with_libraries(tree, "usr/bin/fio")
