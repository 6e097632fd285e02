"""No firmware, no table: the kernel command line alone leads to the disk."""

import unittest

from harness import initramfs, machine, packages, process, target
from harness.boot import KERNEL, Boot
from harness.kernel import Kernel
from harness.workspace import Workspace, init_binary, isboot_binary

CHAP = ("booter", "not-a-secret-1")
CLOSED = 9  # discard: nothing listens there
UUID = "c0ffee00-1234-5678-9abc-def012345678"
NO_LIMIT = 300  # seconds, more than a busy host needs


def url(port):
    return f"isboot.url=iscsi:{machine.HOST}::{port}:{target.LUN}:{target.NAME}"


class TablelessBoot(Boot):
    """Two paths, of which the first is dead; CHAP from the initramfs's file; the name from the
    machine's UUID."""

    def __init__(self, name):
        kernel = Kernel()
        secrets = f"name={CHAP[0]}\nsecret={CHAP[1]}\n".encode()
        initrd = initramfs.build({"init": init_binary().read_bytes(), **kernel.module_files()},
                                 private={"etc/isboot/credentials": secrets})
        super().__init__(name, KERNEL, initrd=initrd, chap=CHAP)

    def _machine(self, port):
        words = (f"{self._arguments} isboot.timeout={NO_LIMIT} {url(CLOSED)} {url(port)} "
                 f"ip=10.0.2.15::{machine.HOST}:255.255.255.0::eth0:none")
        guest = machine.from_kernel(self.workspace, self._kernel, self._initrd, words)
        guest.add("-uuid", UUID)
        return guest


class LeasedBoot(Boot):
    """The address by DHCP: isboot's own initramfs brings klibc's client, and the machine's CHAP."""

    def __init__(self, name):
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
        super().__init__(name, KERNEL, initrd=image.read_bytes(), chap=CHAP)
        workspace.clear()

    def _machine(self, port):
        words = f"{self._arguments} isboot.timeout={NO_LIMIT} {url(port)} ip=dhcp"
        guest = machine.from_kernel(self.workspace, self._kernel, self._initrd, words)
        guest.add("-uuid", UUID)
        return guest


class Tableless(unittest.TestCase):

    def test_url_ip_and_credentials(self):
        self._boot(TablelessBoot("tableless"), "1 NIC, 2 target")

    def test_lease_in_own_initramfs(self):
        self._boot(LeasedBoot("tableless-lease"), "1 NIC, 1 target")

    def _boot(self, boot, what):
        print(f"logs: {boot.workspace.path}")
        boot.run()
        boot.check()
        said = (boot.workspace / "console.log").read_text(errors="replace")
        self.assertIn(f"boot by the kernel command line, {what}", said)
        self.assertNotIn(CHAP[1], said)
        boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
