"""A whole Debian from its packages, installed by their scripts, with isboot's package on top and
nothing else: as a disk that a machine starts from over iSCSI, or has as its own."""

import contextlib
import functools
import os
import pathlib
import shutil
import time
import types

from . import debian_root, machine, private_network
from .console import ConsoleError
from .disk import install_kernel
from .distribution_roots import ROOTS
from .ended_machine import EndedMachine
from .process import run
from .workspace import CACHE, PROJECT, Workspace, made

PACKAGES = ("linux-image-amd64", "systemd-sysv", "udev", "dbus", "ifupdown", "isc-dhcp-client",
            "iproute2", "network-manager", "e2fsprogs", "zstd")
ROOT_MIB = 1600
# What a program mounts in a root is gone when it has ended, and never in the way of removing that.
ALONE = ("unshare", "--mount", "--propagation", "private")
START_LIMIT = 900
# Of cryptsetup-initramfs and of systemd.
PASSPHRASE_PROMPT = "Please (unlock|enter passphrase for) disk"

# What the package brings is in /usr alone; /run is the running keeper's.
LEFT = "find / -xdev -name '*isboot*' -not -path '*/isboot-test*' -not -path '/proc/*'"
FILES = {
    "etc/hostname": "isboot-test\n",
    "etc/network/interfaces": "auto lo\niface lo inet loopback\n",
    "etc/systemd/system/isboot-test.service.d/alone.conf": "[Unit]\nAfter=local-fs.target\n",
    # Emulated on a busy host, a unit takes minutes.
    "etc/systemd/system.conf.d/busy-host.conf":
        f"[Manager]\nDefaultTimeoutStartSec={START_LIMIT}\nDefaultDeviceTimeoutSec={START_LIMIT}\n",
    # These have limits of their own, or are at work when the machine ends.
    **{f"etc/systemd/system/{unit}.service.d/busy-host.conf": f"[Service]\n{limit}\n" for unit, limit in (
        ("dracut-shutdown", f"TimeoutSec={START_LIMIT}"),
        ("NetworkManager-wait-online", f"Environment=NM_ONLINE_TIMEOUT={START_LIMIT}"),
        ("ifupdown-pre", f"TimeoutSec={START_LIMIT}\nExecStart=\n"
                         f"ExecStart=/bin/udevadm settle --timeout={START_LIMIT}"))},
}
LINKS = {
    "etc/systemd/system/isboot-test.service": "/usr/lib/isboot-test/isboot-test.service",
    "etc/systemd/system/multi-user.target.wants/isboot-test.service": "../isboot-test.service",
}
LOGIN_PROMPT = "isboot-test login:"
ASK_AGAIN = 20  # seconds until the prompt is asked for again


def package():
    """isboot's package: ISBOOT_PACKAGE names it, else the one that scripts/package made."""
    named = os.environ.get("ISBOOT_PACKAGE")
    found = [pathlib.Path(named)] if named else sorted((PROJECT / "build/package").glob("*.deb"))
    if not found or not found[-1].is_file():
        raise FileNotFoundError("no package of isboot; build it: scripts/package")
    return found[-1]


def fresh(suite):
    """A system that nothing can be built in yet, made once: a directory. Needs the network."""
    return made(CACHE / f"{suite}-fresh", functools.partial(_bootstrap, suite, ("git", "ca-certificates")))


def base(suite, generator, packages=()):
    """The system without isboot, made once: a directory. Needs the network."""
    tree = made(CACHE / f"{suite}-{generator}", functools.partial(_bootstrap, suite, (*PACKAGES, generator)))
    if not packages:
        return tree
    return made(CACHE / "-".join((suite, generator, *packages)), functools.partial(_add_packages, tree, packages))


def _bootstrap(suite, packages, partial):
    run(*ALONE, "mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, partial)


def _add_packages(tree, packages, partial):
    run("cp", "-a", "--reflink=auto", "--no-target-directory", tree, partial)
    in_root(partial, "apt-get", "update")
    # The initramfs is made when isboot is installed: a busy host takes minutes for each.
    in_root(partial, "apt-get", "install", "-y", "--no-install-recommends",
            "-o", "DPkg::Options::=--no-triggers", *packages)


def in_root(tree, *command):
    """With what scripts of packages expect of the kernel, mounted where nobody else sees it: it goes
    with the command, however that ends."""
    return run(*ALONE, "sh", "-euc", "mount -t proc proc \"$0/proc\"; mount -t devtmpfs dev \"$0/dev\"; "
               "exec chroot \"$0\" env --unset=TMPDIR DEBIAN_FRONTEND=noninteractive \"$@\"",
               tree, *command)


def install(workspace, suite, generator, root=ROOTS["ext4"]):
    """A copy of the base with isboot installed by apt, as a user does, on a system that has what
    `root` needs; a directory."""
    tree = workspace / "root"
    run("cp", "-a", "--reflink=auto", base(suite, generator, root.packages), tree)
    _write(tree, root.files)
    shutil.copy(package(), tree / "isboot.deb")
    in_root(tree, "apt-get", "install", "-y", "--no-install-recommends", "/isboot.deb")
    (tree / "isboot.deb").unlink()
    return tree


def prepare_for_test(tree, root=ROOTS["ext4"]):
    """What the test itself needs in the machine."""
    debian_root.copy_agent(tree)
    _write(tree, {**FILES, "etc/fstab": f"{root.argument} / {root.fstab}\n"})
    for path, to in LINKS.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).unlink(missing_ok=True)
        (tree / path).symlink_to(to)


def _write(tree, files):
    for path, content in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(content, encoding="ascii")


def kernel_of(tree):
    """The kernel and the initramfs that the system's own tools made: (image, bytes)."""
    image = next((tree / "boot").glob("vmlinuz-*"))
    return image, (tree / "boot" / image.name.replace("vmlinuz", "initrd.img")).read_bytes()


def words_of_packages(tree):
    """What packages have GRUB say on the kernel's command line."""
    read = 'for file in "$0"/*.cfg; do if [ -e "$file" ]; then . "$file"; fi; done; '
    return run("sh", "-euc", f"GRUB_CMDLINE_LINUX_DEFAULT=; {read}echo $GRUB_CMDLINE_LINUX_DEFAULT",
               tree / "etc/default/grub.d").decode().strip()


class DistributionMachine(EndedMachine):
    """`table`: whether firmware has left one; without it the disk is the machine's own. `root`:
    one of ROOTS; `files`: path in the system → the file to copy."""

    start_limit = START_LIMIT

    def __init__(self, name, suite, generator, table=True, root=ROOTS["ext4"], files=None):  # pylint: disable=super-init-not-called,too-many-arguments
        self.workspace = Workspace(name)
        self.server = private_network.DhcpServer(self.workspace, machine.MAC)
        self.console = None
        self.busy = ("/run/written",)
        self.target = self.relay = None
        self._table = table
        self.root_on_iscsi = "yes" if table else "no"
        self._vlan, self._ipxe = 0, root.ipxe
        self._qemu = self._port = None
        tree = self._system(suite, generator, root)
        for path, file in (files or {}).items():
            shutil.copy(file, tree / path)
        image, self._initrd = kernel_of(tree)
        shutil.copy(image, self.workspace / "vmlinuz")
        self._kernel = types.SimpleNamespace(image=self.workspace / "vmlinuz")
        self._passphrase = root.passphrase
        self._arguments = f"{machine.KERNEL_ARGUMENTS} root={root.argument} ro {root.more} "
        self._arguments += words_of_packages(tree)
        self._memory_mib = root.memory_mib
        if root.ipxe:
            install_kernel(tree, self._kernel, self._initrd, self._arguments)
        self.disk = root.disk(self.workspace, tree, ROOT_MIB)
        shutil.rmtree(tree)
        self._life = contextlib.ExitStack()

    def _system(self, suite, generator, root):
        """The directory that becomes the disk's root."""
        tree = install(self.workspace, suite, generator, root)
        prepare_for_test(tree, root)
        return tree

    @property
    def relays(self):
        """What lies between the machine and its target, for each way one."""
        return [self.relay]

    @property
    def portal(self):
        """Of the target, as URLs have it."""
        return f"{private_network.TARGET}::{self.relay.port}"

    def logouts(self):
        return sum(relay.logouts for relay in self.relays)

    def _machine(self, port):
        guest = self._guest(port)
        guest.set_memory(self._memory_mib)
        return guest

    def _guest(self, port):
        if self._table:
            return super()._machine(port)
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                   local_disk=self.disk.path, netdev=private_network.CABLE_NETDEV)

    def _wait_for_start(self):
        if self._passphrase:
            self.console.wait_for_prompt(PASSPHRASE_PROMPT, START_LIMIT)
            self._type(self._passphrase)
        super()._wait_for_start()

    def finish(self, command, limit_s=START_LIMIT):
        """As `order`, for what takes an emulated processor minutes."""
        self.order(f"{{ ({command}); echo $? >/run/status; mv /run/status /run/finished; }} "
                   ">/run/finish.log 2>&1 &")
        self.wait_until("test -e /run/finished", limit_s)
        status = self.order("cat /run/finished; rm /run/finished")
        if status != "0":
            raise AssertionError(f"{command!r} ended with {status}: "
                                 f"{self.order('tail -n 20 /run/finish.log')}")

    def wait_for_login_prompt(self):
        """Until the console shows it; a line of the kernel's may get into the middle of one."""
        deadline = time.monotonic() + START_LIMIT
        while True:
            try:
                return self.console.wait_for_prompt(LOGIN_PROMPT, ASK_AGAIN)
            except ConsoleError:
                if self.console.ended or time.monotonic() > deadline:
                    raise
            self._type("")

    def _type(self, line):
        """At the console."""
        self._qemu.stdin.write(line.encode() + b"\n")
        self._qemu.stdin.flush()
