"""What Debian's two makers of initramfs bring a NIC up with: klibc's ipconfig, and dracut's ifup
with the programs that it calls. Unpacked from their packages."""

import pathlib
import re

from . import packages
from .process import run

# dracut's "network-legacy", which its "network" takes when there is no other manager.
DRACUT = "usr/lib/dracut/modules.d"
SCRIPTS = {"sbin/ifup": "35network-legacy/ifup.sh", "lib/net-lib.sh": "40network/net-lib.sh",
           "lib/dracut-dev-lib.sh": "99base/dracut-dev-lib.sh",
           "lib/dracut-lib.sh": "99base/dracut-lib.sh"}
PROGRAMS = ("bin/dash", "bin/cat", "bin/sleep", "bin/ls", "bin/mkdir", "bin/rm", "bin/readlink",
            "bin/ln", "bin/grep", "bin/sed", "bin/ip", "usr/bin/arping", "usr/bin/tr",
            "usr/bin/expr", "usr/bin/mawk")
LINKS = {"bin/sh": "bin/dash", "usr/bin/awk": "usr/bin/mawk",
         "bin/dracut-getarg": "usr/lib/dracut/dracut-util",
         "bin/dracut-getargs": "usr/lib/dracut/dracut-util"}
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
LOADER = "lib64/ld-linux-x86-64.so.2"
STATIC = "ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:none"


def files():
    """Path in an initramfs → contents."""
    tree = packages.unpacked_with_dependencies(
        "network-tools", "klibc-utils", "dracut-network", "dash", "coreutils", "grep", "sed", "mawk",
        "iproute2", "iputils-arping")
    found = {"bin/ipconfig": (tree / "usr/lib/klibc/bin/ipconfig").read_bytes(),
             "etc/cmdline.d/net.conf": STATIC.encode() + b"\n"}
    found |= {f"lib/{path.name}": path.read_bytes() for path in tree.glob("lib/klibc-*.so")}
    found |= {path: (tree / DRACUT / source).read_bytes() for path, source in SCRIPTS.items()}
    found |= {path: (tree / program).read_bytes() for path, program in LINKS.items()}
    for program in PROGRAMS:
        found |= {program: (tree / program).read_bytes(), **_libraries(tree, program)}
    return found


def _libraries(tree, program):
    loader = tree / LIBRARIES[0] / pathlib.Path(LOADER).name
    path = ":".join(str(tree / directory) for directory in LIBRARIES)
    listing = run(loader, "--library-path", path, "--list", tree / program).decode()
    found = {LOADER: loader.read_bytes()}
    for name, source in re.findall(r"(\S+) => (\S+) \(", listing):
        found[f"{LIBRARIES[0]}/{name}"] = pathlib.Path(source).read_bytes()
    return found
