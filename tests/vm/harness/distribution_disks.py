"""What else of a whole Debian is on iSCSI beside root: swap, and a second disk that /etc/fstab mounts."""

from . import target
from .disk import MIB

# Of so much more than is free a part goes into swap.
FULL, LEFT_FREE_MIB = "/run/full", 112
SECOND_LUN, SECOND_MIB = 2, 64
# As docs/distributions.md shows it.
UNIT = r"""[Unit]
Before=remote-fs-pre.target
Wants=remote-fs-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/isboot attach {url}
ExecStop=/usr/sbin/isboot detach /dev/disk/by-label/second

[Install]
WantedBy=remote-fs.target
"""


def fill_swap(machine, memory_mib):
    machine.order(f"mount -o remount,size={2 * memory_mib}M /run")
    machine.finish(f"head -c {memory_mib - LEFT_FREE_MIB}M /dev/urandom >{FULL} && "
                   f"sha256sum {FULL} >{FULL}.sum")
    machine.order("test $(awk 'NR > 1 {print $4}' /proc/swaps) -gt 20000")


def check_swap(machine):
    """What was swapped out is read as it was written."""
    machine.finish(f"sha256sum --check {FULL}.sum && rm {FULL}")


def add_second_disk(machine):
    """Another LUN of the target, attached, with a file system, and mounted at each start from now on:
    all that a user does for it."""
    image = machine.workspace / "second.img"
    with open(image, "wb") as file:
        file.truncate(SECOND_MIB * MIB)
    machine.target.admin("--mode", "logicalunit", "--op", "new", "--tid", 1, "--lun", SECOND_LUN,
                         "--backing-store", image)
    url = f"iscsi:{machine.portal}:{SECOND_LUN}:{target.NAME}"
    unit = UNIT.format(url=url).replace("\n", "\\n")
    machine.order(f"printf '{unit}' >/etc/systemd/system/second-disk.service && "
                  "echo LABEL=second /second ext4 _netdev 0 2 >>/etc/fstab && mkdir /second")
    machine.finish("systemctl enable --now second-disk && udevadm settle && "
                   f"mkfs.ext4 -q -L second /dev/disk/by-path/*-lun-{SECOND_LUN} && "
                   "udevadm settle && systemctl daemon-reload && mount /second")
    machine.sessions += 1
    machine.order("findmnt /second && dd if=/dev/urandom of=/second/data bs=1M count=8 conv=fsync && "
                  "sha256sum /second/data >/second/sum")


def check_second_disk(machine):
    """Mounted, with what was written before."""
    machine.order("findmnt /second && sha256sum --check /second/sum")
