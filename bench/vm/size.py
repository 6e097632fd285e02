"""By how many bytes isboot's package and open-iscsi's make a real Debian initramfs grow: as
initramfs-tools makes it, compressed and unpacked. Needs root, the network and build/package."""

import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import distribution
from harness.process import run
from harness.workspace import Workspace

SUITE, GENERATOR = "bookworm", "initramfs-tools"
BUDGETS = (450_000, 1_100 * 1024)
Size = collections.namedtuple("Size", "compressed unpacked")
# open-iscsi's hook takes part where root is on iSCSI, which this says.
OPEN_ISCSI = ("apt-get update && apt-get install -y --no-install-recommends open-iscsi && "
              "echo ISCSI_AUTO=true >/etc/iscsi/iscsi.initramfs")
MAKE = ('mkinitramfs -o /measured "$(ls /lib/modules)" && rm -rf /unpacked && '
        "unmkinitramfs /measured /unpacked")


def size_with(command):
    """Of the initramfs that the system makes after `command`, run in a copy of it."""
    workspace = Workspace("bench-size")
    tree = workspace / "root"
    run("cp", "-a", "--reflink=auto", distribution.base(SUITE, GENERATOR), tree)
    (tree / "isboot.deb").write_bytes(distribution.package().read_bytes())
    distribution.in_root(tree, "sh", "-euc", f"{command} && {MAKE}")
    unpacked = sum(path.lstat().st_size for path in (tree / "unpacked").rglob("*")
                   if path.is_file() and not path.is_symlink())
    size = Size((tree / "measured").stat().st_size, unpacked)
    workspace.clear()
    return size


def main():
    without = size_with(":")
    print(f"Debian's {SUITE}, {GENERATOR}: {without.compressed} bytes, {without.unpacked} unpacked\n")
    print(f"{'grows by':12} {'compressed':>12} {'unpacked':>12}")
    grown = {}
    for name, command in (("isboot", "dpkg --install /isboot.deb"), ("open-iscsi", OPEN_ISCSI)):
        size = size_with(command)
        grown[name] = [now - before for now, before in zip(size, without)]
        print(f"{name:12} {grown[name][0]:12} {grown[name][1]:12}", flush=True)
    ratios = [ours / theirs for ours, theirs in zip(grown["isboot"], grown["open-iscsi"])]
    print(f"{'ratio':12} {ratios[0]:12.2f} {ratios[1]:12.2f}")
    for what, size, budget in zip(Size._fields, grown["isboot"], BUDGETS):
        print(f"budget, {what}: {budget}: {'met' if size <= budget else 'MISSED'}")


if __name__ == "__main__":
    main()
