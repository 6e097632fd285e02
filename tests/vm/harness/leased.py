"""A machine without a table, whose address comes by DHCP: isboot's own initramfs asks for it by
klibc's client, and has the machine's CHAP with it."""

from . import machine, packages, process, target
from .boot import KERNEL, Boot
from .kernel import Kernel
from .target import CHAP
from .workspace import Workspace, isboot_binary

UUID = "c0ffee00-1234-5678-9abc-def012345678"
CLOSED = 9  # discard: nothing listens there
NO_LIMIT = 300  # seconds, more than a busy host needs


def url(port):
    """The target's, on the command line."""
    return f"isboot.url=iscsi:{machine.HOST}::{port}:{target.LUN}:{target.NAME}"


class LeasedBoot(Boot):
    """QEMU loads the kernel. Its name is made from the machine's UUID."""

    netdev = machine.USER_NETWORK

    def __init__(self, name):
        super().__init__(name, KERNEL, initrd=_own_initramfs(name), chap=CHAP)

    def words(self, port):
        """The kernel's command line."""
        return f"{self._arguments} isboot.timeout={NO_LIMIT} {url(port)} ip=dhcp"

    def _machine(self, port):
        guest = self.loaded(port)
        guest.add("-uuid", UUID)
        return guest

    def loaded(self, port):
        """The machine, as whoever loads its kernel wants it."""
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self.words(port),
                                   netdev=self.netdev)


def _own_initramfs(name):
    """As the program makes it of a system that has klibc-utils and /etc/isboot/credentials."""
    kernel = Kernel()
    workspace = Workspace(f"{name}-initramfs")
    base = workspace.path / "base"
    klibc = packages.unpacked("klibc-utils", "libklibc")
    for place, tree in (("lib/modules", kernel.tree), ("boot", kernel.tree), ("usr/lib/klibc", klibc),
                        *((f"lib/{one.name}", klibc) for one in klibc.glob("lib/klibc-*.so"))):
        (base / place).parent.mkdir(parents=True, exist_ok=True)
        (base / place).symlink_to(tree / place)
    credentials = base / "etc/isboot/credentials"
    credentials.parent.mkdir(parents=True)
    credentials.touch(mode=0o600)
    credentials.write_text(f"name={CHAP[0]}\nsecret={CHAP[1]}\n", encoding="ascii")
    image = workspace.path / "initramfs"
    process.run(isboot_binary(), "initramfs", "build", "--kernel", kernel.version, "--base", base,
                "--root-type", "ext4", "--nic-modules", "virtio_net,virtio_pci", "-o", image)
    assert image.stat().st_mode & 0o077 == 0, "somebody else can read the secret"
    content = image.read_bytes()
    workspace.clear()
    return content


def check_boot(case, boot, source, what):
    """Runs it to its power-off; `source` and `what`: what it must say that it boots by."""
    print(f"logs: {boot.workspace.path}")
    boot.run()
    boot.check()
    said = (boot.workspace / "console.log").read_text(errors="replace")
    case.assertIn(f"boot by the {source}, {what}", said)
    case.assertNotIn(CHAP[1], said)
    boot.workspace.clear()
