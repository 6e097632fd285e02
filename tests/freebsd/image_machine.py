"""FreeBSD machines of the image tests: a shell on the serial line, the disk local or over iSCSI."""

import os
import pathlib
import re
import shutil
import sys
import time
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/vm"))

# pylint: disable=wrong-import-position
from harness import freebsd, machine, target  # noqa: E402
from harness.process import run  # noqa: E402
from harness.workspace import Workspace  # noqa: E402

BACK_LIMIT = 90 * freebsd.SLOW  # from the target's return to the next write
FOLDER_MIB = 256

# vtnet(4) hands a router's packet on with its own lock held (14.0, WITNESS).
VTNETS_OWN = "lock order reversal: (sleepable after non-sleepable)"
WRITER = ("i=0; while :; do i=$((i+1)); echo $i | dd of=/root/isboot-number bs=512 conv=sync,fsync"
          " 2>/dev/null && echo isboot-wrote-$i; sleep 1; done &")
# As Install in docs/freebsd.md has it.
INSTALL = ("mount -t msdosfs -o ro /dev/vtbd1 /mnt",
           "cp /mnt/kernel/* /boot/kernel/",
           "mkdir -p /boot/modules /usr/local/etc/rc.d /usr/local/etc/rc.conf.d/network",
           "mv /boot/kernel/isboot.ko /boot/modules/",
           "cp /mnt/network /usr/local/etc/rc.conf.d/network/isboot",
           "cp /mnt/rc.d /usr/local/etc/rc.d/isboot",
           "chmod 555 /usr/local/etc/rc.d/isboot",
           "grep -q ^isboot_load /boot/loader.conf || "
           "echo 'isboot_load=\"YES\"' >>/boot/loader.conf",
           "kldxref /boot/kernel /boot/modules",
           "umount /mnt")


def over_iscsi(workspace, *ports, uefi=True, chap=()):
    """Each port is a way to the disk that firmware tells of; `chap`: as of target.Target."""
    ways = [f"iscsi:{machine.HOST}:tcp:{port}:{target.LUN}:{target.NAME}" for port in ports]
    script = machine.write_script(workspace, ports[0], chap)
    script.write_text(script.read_text().replace(ways[0], " ".join(ways)))
    return freebsd.of(machine.from_ipxe(workspace, "virtio-net-pci", uefi))


def folder_disk(workspace, folder):
    """A FAT disk with the files to install; of `folder`, if there is one."""
    disk = workspace / "folder.img"
    with open(disk, "wb") as image:
        image.truncate(FOLDER_MIB * 1024 * 1024)
    run("mformat", "-i", disk, "-F", "-T", FOLDER_MIB * 2048, "-h", 255, "-s", 63, "::")
    run("mmd", "-i", disk, "::/kernel")
    for file in sorted(pathlib.Path(folder).iterdir()) if folder else ():
        run("mcopy", "-i", disk, file, "::/kernel/")
    freebsd = PROJECT / "platform/freebsd"
    run("mcopy", "-i", disk, freebsd / "rc.conf.d/isboot", "::/network")
    run("mcopy", "-i", disk, freebsd / "rc.d/isboot", "::/rc.d")
    return disk


@unittest.skipUnless(freebsd.IMAGE in os.environ, f"{freebsd.IMAGE} names no FreeBSD disk image")
class ImageCase(unittest.TestCase):
    """`image`: a copy, with what is to be tried installed."""

    settings = ()  # commands of the first start, behind INSTALL

    def setUp(self):
        self.workspace = Workspace("freebsd-image")
        print(f"logs: {self.workspace.path}")
        self.image = self.workspace / "disk.img"
        shutil.copy(os.environ[freebsd.IMAGE], self.image)
        self.prepare()
        folder = os.environ.get("ISBOOT_FREEBSD_KERNEL")
        commands = (INSTALL if folder else ()) + self.settings
        if not commands:
            return
        disk = folder_disk(self.workspace, folder)
        with freebsd.local(self.workspace, self.image, f"{disk},readonly=on").running() as guest:
            for command in commands:
                guest.call(command)
            guest.start("shutdown -p now")
            guest.wait_for_end()

    def prepare(self):
        """What is done to the copy before it is started."""

    def ends(self, guest, command, known=()):
        """Seconds until the machine has, without a word of disorder all the time but for `known`."""
        started = time.monotonic()
        guest.start(command)
        guest.wait_for_end()
        disorder = [text for _, text in guest.console.lines
                    if re.search(freebsd.DISORDER, text) and text not in known]
        self.assertEqual(disorder, [])
        return time.monotonic() - started

    def writes(self, guest):
        """The writer goes on."""
        guest.console.wait_for(r"isboot-wrote-\d+", BACK_LIMIT, "a write")

    def cut(self, guest, way, found=r"cannot connect"):
        """The relay `way` refuses whoever comes, until the module has said so."""
        way.listen(False)
        way.reset()
        guest.console.wait_for(rf"isboot: .*:{way.port}: {found}", BACK_LIMIT, "the loss")

    def mend(self, guest, way):
        way.listen(True)
        guest.console.wait_for(rf"isboot: .* back at \S+:{way.port} ", BACK_LIMIT, "the session")
