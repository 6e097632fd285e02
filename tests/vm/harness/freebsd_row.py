"""FreeBSD as the system of a row of the matrix: the image that ISBOOT_FREEBSD_IMAGE names, with isboot
installed in it (docs/freebsd.md)."""

import json
import mmap
import os
import re
import shutil

from . import freebsd, matrix_rows
from .boot import expect
from .process import run

# What loader.efi reads before loader.conf's settings are there.
LOADER_ENV = "::/efi/freebsd/loader.env"
EFI_PARTITION = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
SECTOR = 512


class FreebsdDisk:
    """A copy of the image; `tunables`: further ones, for a start by UEFI."""

    def __init__(self, workspace, tunables):
        self.path = workspace / "disk.img"
        shutil.copy(os.environ[freebsd.IMAGE], self.path)
        if tunables:
            self._tell_loader(workspace / "loader.env", tunables)

    def _tell_loader(self, file, tunables):
        file.write_text("".join(f"{name}={value}\n" for name, value in tunables.items()),
                        encoding="ascii")
        table = json.loads(run("sfdisk", "--json", self.path))["partitiontable"]["partitions"]
        start = next(part["start"] for part in table if part["type"] == EFI_PARTITION)
        partition = f"{self.path}@@{start * SECTOR}"
        run("mmd", "-i", partition, "-D", "s", "::/efi/freebsd")
        run("mcopy", "-o", "-i", partition, file, LOADER_ENV)

    def holds(self, text):
        with open(self.path, "rb") as image, \
             mmap.mmap(image.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            return whole.find(text.encode()) >= 0


class OfFreebsd:
    """In front of a row's class: what it makes and expects of Linux is FreeBSD's here."""

    def __init__(self, *what, arguments="", **options):
        self._words = dict(word.split("=", 1) for word in arguments.split())
        super().__init__(*what, arguments=arguments, **options)

    def make_disk(self, _tree, _root_mib):
        return FreebsdDisk(self.workspace,
                           {f"hw.{name}": value for name, value in self._words.items()})

    def run(self, watcher=None):
        with self.serving():
            guest = freebsd.Guest(self._machine(self.target.port))
            with guest.running(watcher):
                self.console = guest.console
                for name, command in (("disk", "sysctl -n hw.isboot.disk"),
                                      ("disks", "sysctl -n kern.disks"),
                                      ("session", "iscsictl -Lv"),
                                      ("nic", "ifconfig -g isboot | xargs -n 1 ifconfig")):
                    self.report[name] = guest.call(command).strip()
                guest.call(f"echo {self.nonce} >/isboot-marker; sync")
                guest.start("shutdown -p now")
                guest.wait_for_end()
        return self

    def check(self):
        said = self.report
        expect(re.fullmatch(r"da\d+", said["disk"]), f"isboot has no disk: {said['disk']}")
        expect(said["disks"] == said["disk"], f"other disks, too: {said['disks']}")
        wanted = "None" if matrix_rows.digests_of(self._row) == "none" else "CRC32C"
        for part in ("Header", "Data"):
            expect(re.search(rf"{part} digest: +{wanted}", said["session"]),
                   f"{part} digest is not {wanted}: {said['session']}")
        mtu = self._words.get("isboot.mtu", "1500")
        expect(f"mtu {mtu}" in said["nic"], f"no MTU of {mtu}: {said['nic']}")
        expect(self.disk.holds(self.nonce), "the image does not hold what was written")
        self.console.expect_no_error(freebsd.DISORDER)
