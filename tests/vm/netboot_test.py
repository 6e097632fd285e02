"""No table, and no disk to load from: iPXE has the kernel and isboot's own initramfs from a server,
with a command line that leads to the disk: by a lease, or by a static address and two URLs of which one
is dead; each by BIOS and by UEFI."""

import contextlib
import functools
import http.server
import shutil
import threading
import unittest

from harness import machine
from harness.leased import CLOSED, LeasedBoot, check_boot, url

# UEFI's kernel is told its initramfs's name. BOOTIF: the NIC that loaded it, as pxelinux says it.
SCRIPT = """#!ipxe
kernel {base}vmlinuz {words} initrd=initrd.img BOOTIF=01-${{netX/mac:hexhyp}}
initrd {base}initrd.img
boot
"""
STATIC = f"ip=10.0.2.15::{machine.HOST}:255.255.255.0:::none"


class NetBoot(LeasedBoot):
    """`over_http`: the two files come by HTTP, only the script by TFTP; else all of it by TFTP.
    `static`: the address is on the command line, and there are two URLs. `served`: paths that the HTTP server was asked for."""

    def __init__(self, name, uefi, over_http, static):
        super().__init__(name)
        self.served = []
        self._static = static
        self._uefi, self._over_http = uefi, over_http
        self._base = ""

    @contextlib.contextmanager
    def serving_disk(self):
        folder = self.workspace / "tftp"
        folder.mkdir()
        shutil.copy(self._kernel.image, folder / "vmlinuz")
        (folder / "initrd.img").write_bytes(self._initrd)
        with super().serving_disk(), self._http(folder):
            yield

    @contextlib.contextmanager
    def _http(self, folder):
        if not self._over_http:
            yield
            return
        handler = functools.partial(_Handler, self.served, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            self._base = f"http://{machine.HOST}:{server.server_port}/"
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def words(self, port):
        words = super().words(port)
        return words.replace("ip=dhcp", f"{STATIC} {url(CLOSED)}") if self._static else words

    def loaded(self, port):
        script = SCRIPT.format(base=self._base, words=self.words(port))
        (self.workspace / "tftp/boot.ipxe").write_text(script, encoding="ascii")
        return machine.from_ipxe(self.workspace, "virtio-net-pci", self._uefi)


class _Handler(http.server.SimpleHTTPRequestHandler):

    def __init__(self, served, *arguments, **options):
        self._served = served
        super().__init__(*arguments, **options)

    def log_message(self, format, *_):  # pylint: disable=redefined-builtin
        self._served.append(self.path)


class NetworkBoot(unittest.TestCase):

    def test_http_bios(self):
        self._boot("netboot-http-bios", uefi=False, over_http=True, static=False)

    def test_http_uefi(self):
        self._boot("netboot-http-uefi", uefi=True, over_http=True, static=True)

    def test_tftp_bios(self):
        self._boot("netboot-tftp-bios", uefi=False, over_http=False, static=True)

    def test_tftp_uefi(self):
        self._boot("netboot-tftp-uefi", uefi=True, over_http=False, static=False)

    def _boot(self, name, uefi, over_http, static):
        boot = NetBoot(name, uefi, over_http, static)
        check_boot(self, boot, "kernel command line", f"1 NIC, {'2 targets' if static else '1 target'}")
        self.assertEqual(boot.served, ["/vmlinuz", "/initrd.img"] if over_http else [])


if __name__ == "__main__":
    unittest.main()
