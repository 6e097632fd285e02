"""No firmware, no table: the kernel command line alone leads to the disk."""

import unittest

from harness import initramfs, machine
from harness.boot import KERNEL, Boot
from harness.kernel import Kernel
from harness.leased import CHAP, NO_LIMIT, UUID, LeasedBoot, check_boot, url
from harness.workspace import init_binary

CLOSED = 9  # discard: nothing listens there


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


class Tableless(unittest.TestCase):

    def test_url_ip_and_credentials(self):
        check_boot(self, TablelessBoot("tableless"), "kernel command line", "1 NIC, 2 target")

    def test_lease_in_own_initramfs(self):
        check_boot(self, LeasedBoot("tableless-lease"), "kernel command line", "1 NIC, 1 target")


if __name__ == "__main__":
    unittest.main()
