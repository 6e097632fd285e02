"""Debian's fio, which writes, reads again and compares; unpacked from its package for a guest."""

import struct

from . import packages, programs

MARK, BLOCK = 0xACCA, 16 << 10
ALIGNED = 1024  # blocks of a small ext4
ROOT_MIB = 256  # its libraries, most of which it never calls, are large


def files():
    """Path in the guest's root → file."""
    tree = packages.unpacked_with_libraries("fio")
    return programs.with_libraries(tree, "usr/bin/fio")


def spoil(image):
    """Overwrites what fio wrote to the disk `image`, for a file of the guest's that the image's own
    metadata may not yet show: its blocks begin with a mark and their length (verify.h of fio 3.33)."""
    start = struct.pack("<H", MARK), struct.pack("<I", BLOCK)
    spoilt = 0
    with open(image, "r+b") as file:
        while len(block := file.read(ALIGNED)) == ALIGNED:
            if (block[:2], block[4:8]) == start:
                file.seek(-ALIGNED, 1)
                file.write(bytes(ALIGNED))
                spoilt += 1
    return spoilt
