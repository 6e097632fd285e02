"""Debian's open-iscsi, unpacked from its package: the incumbent beside which isboot is measured."""

import pathlib
import re

from . import packages
from .process import run

PACKAGES = ("open-iscsi", "libopeniscsiusr", "libssl3", "libkmod2", "liblzma5", "libzstd1", "libc6")
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
LOADER = "lib64/ld-linux-x86-64.so.2"


def iscsistart_files():
    """Path in an initramfs → contents: the program and the libraries that its loader asks for."""
    tree = packages.unpacked(*PACKAGES)
    path = ":".join(str(tree / directory) for directory in LIBRARIES)
    program = tree / "sbin/iscsistart"
    loader = tree / LIBRARIES[0] / pathlib.Path(LOADER).name
    listing = run(loader, "--library-path", path, "--list", program).decode()
    files = {"sbin/iscsistart": program.read_bytes(), LOADER: loader.read_bytes()}
    for name, found in re.findall(r"(\S+) => (\S+) \(", listing):
        files[f"{LIBRARIES[0]}/{name}"] = pathlib.Path(found).read_bytes()
    return files
