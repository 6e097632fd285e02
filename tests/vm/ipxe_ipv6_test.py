"""iPXE logs in to a target in IPv6, and leaves a table that cannot say so: it has the address's first
four bytes as if they were one in IPv4. The kernel command line says the target."""

import contextlib
import unittest

from harness import machine, target
from harness.boot import BIOS, UEFI, Boot
from harness.disk import grub_config


class _BootByIpv6(Boot):

    @contextlib.contextmanager
    def serving_disk(self):
        with target.serving(self.workspace, self.disk.path, self._chap, "[::1]") as self.target:
            url = f"iscsi:[{machine.HOST_IPV6}]::{self.target.port}:{target.LUN}:{target.NAME}"
            self.disk.write("/boot/grub/grub.cfg", grub_config(f"{self._arguments} isboot.url={url}"))
            yield

    def _machine(self, port):
        script = machine.write_script(self.workspace, port, first=("ifconf -c ipv6 net0",))
        script.write_text(script.read_text(encoding="ascii").replace(
            f"iscsi:{machine.HOST}:", f"iscsi:[{machine.HOST_IPV6}]:"), encoding="ascii")
        return machine.from_ipxe(self.workspace, "virtio-net-pci", self._firmware == UEFI)


class BootByIpv6(unittest.TestCase):

    def test_bios(self):
        self._boot("bios", BIOS)

    def test_uefi(self):
        self._boot("uefi", UEFI)

    def _boot(self, name, firmware):
        said = _BootByIpv6(f"ipxe-ipv6-{name}", firmware).prove()
        self.assertRegex(said, r"target0, offset \d+, address: is reserved; .*next: isboot.url=")
        self.assertRegex(said, rf"isboot: .*connected to \[{machine.HOST_IPV6}\]")


if __name__ == "__main__":
    unittest.main()
