"""Bytes that isboot and Debian's iscsistart add to an initramfs, kernel modules apart."""

import collections
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import open_iscsi
from harness.workspace import isboot_binary

BUDGET = 1.5 * 1024 * 1024
SHARED_LIBC = re.compile(r"/(libc\.so\.6|ld-linux-x86-64\.so\.2)$")
# A line of the linker's map that has bytes in the file: section, address, size, what it is from.
PLACED = re.compile(r"^ (\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", re.MULTILINE)
PARTS = (("libc", re.compile(r"/lib(c|m|pthread|dl|resolv)\.a\(|/crt\w*\.o$")),
         ("libstdc++, libgcc", re.compile(r"/lib(stdc\+\+|gcc|gcc_eh)\.a\(")),
         ("libblkid, libuuid", re.compile(r"/lib(blkid|uuid)\.a\(")),
         ("mbedTLS", re.compile(r"/libmbedcrypto\.a\(")),
         ("isboot's command line", re.compile(r"(^|/)(app|cli)/")),
         ("isboot's core and platform", re.compile(r"(^|/)(core|platform)/")))


def by_part(map_text):
    """Part → bytes, from the part of the map that says where things went."""
    sizes = collections.Counter()
    placed = map_text[map_text.index("Memory map"):]
    for section, address, size, source in PLACED.findall(placed):
        if int(address, 16) == 0 or section.startswith((".bss", ".tbss")):
            continue
        name = next((name for name, pattern in PARTS if pattern.search(source)), "other")
        sizes[name] += int(size, 16)
    return sizes


def main():
    binary = isboot_binary()
    ours = binary.stat().st_size
    sizes = by_part(pathlib.Path(f"{binary}.map").read_text(encoding="utf-8"))
    beyond = ours - sizes["libc"]
    incumbent = open_iscsi.iscsistart_files()
    theirs = sum(map(len, incumbent.values()))
    theirs_beyond = sum(len(data) for path, data in incumbent.items()
                        if not SHARED_LIBC.search(path))

    print("bytes in an initramfs, kernel modules apart")
    print(f"{'':12} {'beyond libc':>12} {'with libc':>12}")
    print(f"{'isboot':12} {beyond:12} {ours:12}  budget {BUDGET:.0f} beyond libc: "
          f"{'met' if beyond <= BUDGET else 'MISSED'}")
    print(f"{'iscsistart':12} {theirs_beyond:12} {theirs:12}")
    print("\nwhat isboot's bytes are, as the linker placed them")
    for name, size in sizes.most_common():
        print(f"  {name:28} {size:9}")


if __name__ == "__main__":
    main()
