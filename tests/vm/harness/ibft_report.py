"""A machine that says what iBFT it has: guest/ibft-report as its whole system."""

import base64
import json
import re
import shutil

from . import initramfs, machine, target
from .kernel import Kernel
from .workspace import PROJECT, isboot_binary

GUEST = PROJECT / "tests/vm/guest/ibft-report"
BUSYBOX = "/usr/bin/busybox"
MODULES = ("iscsi_ibft", "virtio_pci", "e1000")
ARGUMENTS = f"{machine.KERNEL_ARGUMENTS} quiet loglevel=0"
DIRECTORIES = (*initramfs.DIRECTORIES, "bin", "tmp")
END_LIMIT = 240  # seconds from power-on to the report's end

CHAP = {"username": "chap-user", "password": "not-a-secret-1234"}
REVERSE = {"reverse-username": "chap-target", "reverse-password": "not-a-secret-5678"}


class Report:
    """`find`, `json`, `rebuilt`, `locked`: isboot's JSON. `raw`: the table. `sysfs`: path → text."""

    def __init__(self, lines):
        self.sysfs = {}
        self.errors = []
        for line in lines:
            key, _, value = line.partition(" ")
            if key == "IBFT-SYSFS":
                path, _, text = value.partition(" ")
                self.sysfs[path] = text
            elif key == "IBFT-ERROR":
                self.errors.append(value)
            elif key == "IBFT-RAW":
                self.raw = base64.b64decode(value)
            elif re.match(r"IBFT-(FIND|JSON|REBUILT|LOCKED)$", key):
                setattr(self, key.removeprefix("IBFT-").lower(), json.loads(value or "null"))


def from_tables(workspace, *tables):
    """The report of a machine to which QEMU gives `tables` (bytes) by -acpitable."""
    kernel = Kernel()
    return _run(machine.from_kernel(workspace, kernel, _initramfs(kernel), ARGUMENTS, tables[0],
                                    more_tables=tables[1:]))


def from_ipxe(workspace, uefi=False, nic="virtio-net-pci", settings=None):
    """The report of a machine whose iPXE logged in to a disk, with `settings` of its own, and
    then loaded the kernel by TFTP."""
    kernel = Kernel()
    disk = workspace / "disk.img"
    disk.write_bytes(bytes(1024 * 1024))
    with target.serving(workspace, disk) as server:
        _ask_for_chap(server, settings or {})
        return _run(_ipxe_machine(workspace, kernel, server.port, uefi, nic, settings or {}))


def _ask_for_chap(server, settings):
    if "password" in settings:
        server.admin("--mode", "account", "--op", "new", "--user", settings["username"],
                     "--password", settings["password"])
        server.admin("--mode", "account", "--op", "bind", "--tid", 1, "--user",
                     settings["username"])
    if "reverse-password" in settings:
        server.admin("--mode", "account", "--op", "new", "--user", settings["reverse-username"],
                     "--password", settings["reverse-password"])
        server.admin("--mode", "account", "--op", "bind", "--tid", 1, "--user",
                     settings["reverse-username"], "--outgoing")


def _ipxe_machine(workspace, kernel, port, uefi, nic, settings):
    boot = workspace / "tftp"
    boot.mkdir()
    shutil.copy(kernel.image, boot / "vmlinuz")
    (boot / "initrd.img").write_bytes(_initramfs(kernel))
    script = ["#!ipxe", f"set initiator-iqn {machine.INITIATOR}"]
    script += [f"set {name} {value}" for name, value in settings.items()]
    script += [
        # The table stays there only while the disk does.
        "set keep-san 1",
        f"sanhook iscsi:{machine.HOST}:tcp:{port}:{target.LUN}:{target.NAME}",
        f"kernel vmlinuz initrd=initrd.img {ARGUMENTS}", "initrd initrd.img", "boot", ""]
    (boot / "boot.ipxe").write_text("\n".join(script), encoding="ascii")
    return machine.from_ipxe(workspace, nic, uefi)


def _initramfs(kernel):
    with open(BUSYBOX, "rb") as program:
        busybox = program.read()
    files = {"init": GUEST.read_bytes(), "bin/busybox": busybox,
             "bin/isboot": isboot_binary().read_bytes(), **kernel.module_files(MODULES)}
    return initramfs.build(files, DIRECTORIES)


def _run(guest):
    with guest.running():
        guest.console.wait_for(r"^IBFT-END", END_LIMIT, "the report's end")
        return Report([text for _, text in guest.console.lines])
