"""What `isboot init` says and does when it cannot boot from iSCSI."""

import contextlib
import pathlib
import re
import socket
import threading
import unittest

from harness import ibft_table, initramfs, machine, target
from harness.boot import ARGUMENTS, GUEST_INIT
from harness.disk import Disk, root_tree
from harness.kernel import MODULES, Kernel
from harness.workspace import Workspace, init_binary

START_LIMIT = 240  # seconds until it does not boot
TIMEOUT = 5        # isboot.timeout of these tests, in seconds
END_LIMIT = 60     # until the restart that panic=1 asks for


class Failure(unittest.TestCase):

    def test_wrong_mac(self):
        """A MAC address that no NIC has: the message lists the NICs that there are."""
        table = self._table(changes=[(ibft_table.NIC_MAC, bytes.fromhex("020000000099"))])
        said = self._boot("failure-wrong-mac", table)
        self.assertRegex(said, r"02:00:00:00:00:99")
        self.assertRegex(said, r"eth0.*" + machine.MAC)

    def test_refused(self):
        """Nobody listens at the port: address, port and reason, and the limit holds."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, but not listening: connections are refused
            port = unused.getsockname()[1]
            said = self._boot("failure-refused", self._table(port))
        self.assertRegex(said, rf"{machine.HOST}:{port}.*refused.*trying again")
        self.assertLess(self._ended_after(said), TIMEOUT + 2)

    def test_silent(self):
        """The target takes the connection and says nothing."""
        with _silent_target() as port:
            said = self._boot("failure-silent", self._table(port))
        self.assertRegex(said, rf"connected to {machine.HOST}:{port}")
        self.assertRegex(said, rf"{machine.HOST}:{port}.*no answer in time")
        self.assertLess(self._ended_after(said), TIMEOUT + 2)

    def test_unknown_target(self):
        """The target has no such name: its refusal in words, again and again until the limit."""
        workspace = Workspace("failure-unknown-target")
        with _serving_something(workspace) as server:
            said = self._boot(workspace, self._table(server.port, name=target.NAME + "x"))
        self.assertRegex(said, r"\(0x0203\).*trying again")
        self.assertLess(self._ended_after(said), TIMEOUT + 2)

    def test_unknown_lun(self):
        """The target has no such LUN: which one, and where to look."""
        workspace = Workspace("failure-unknown-lun")
        with _serving_something(workspace) as server:
            table = self._table(server.port, changes=[(ibft_table.TARGET_LUN, b"\0\x07")])
            said = self._boot(workspace, table)
        self.assertRegex(said, r"LUN 7 .*no such LUN.*access list")

    def test_damaged_table(self):
        """The NIC lies outside of the table: named with structure and offset, nothing is tried.
        (A wrong checksum cannot be tested so: QEMU mends it.)"""
        table = self._table(changes=[(ibft_table.NIC_OFFSET, b"\xff\xff")])
        said = self._boot("failure-damaged-table", table)
        self.assertRegex(said, rf"iBFT control, offset {ibft_table.NIC_OFFSET}, ")
        self.assertNotRegex(said, r"eth0 up")

    def test_shell(self):
        """Without panic= a shell follows, where the initramfs has one."""
        workspace = Workspace("failure-shell")
        table = self._table(changes=[(ibft_table.NIC_OFFSET, b"\xff\xff")])
        kernel = Kernel()
        initrd = initramfs.build({"init": init_binary().read_bytes(), **kernel.module_files(),
                                  "bin/sh": pathlib.Path("/bin/busybox").read_bytes()})
        guest = machine.from_kernel(workspace, kernel, initrd,
                                    ARGUMENTS.replace("panic=1", ""), table)
        with guest.running() as qemu:
            guest.console.wait_for(r"isboot: .*a shell follows", START_LIMIT, "what follows")
            qemu.stdin.write(b"echo ISBOOT-SHELL >/dev/ttyS1\n")
            qemu.stdin.flush()
            guest.console.wait_for("ISBOOT-SHELL", END_LIMIT, "the shell")
        workspace.clear()

    def test_no_table(self):
        """No iBFT: isboot says so and goes on to a root= that the machine has itself."""
        workspace = Workspace("failure-no-table")
        kernel = Kernel()
        files = {"init": init_binary().read_bytes(),
                 **kernel.module_files((*MODULES, "virtio_blk"))}
        initrd = initramfs.build(files)
        arguments = f"{ARGUMENTS} vm.nonce=local"
        disk = Disk(workspace, root_tree(workspace, kernel, initrd, GUEST_INIT, arguments))
        guest = machine.from_kernel(workspace, kernel, initrd, arguments, local_disk=disk.path)
        with guest.running():
            guest.console.wait_for(r"isboot: .*no iBFT", START_LIMIT, "isboot's word")
            report = guest.console.wait_for(r"^ISBOOT-REPORT (.*)", START_LIMIT, "the report")
        self.assertIn("root_on_iscsi=no device=vda", report.group(1))
        workspace.clear()

    def _table(self, port=1, name=target.NAME, changes=()):
        return ibft_table.leading_to(port, name, machine.INITIATOR, changes)

    def _boot(self, workspace, table):
        """isboot's lines, up to the restart that panic=1 asks for."""
        if isinstance(workspace, str):
            workspace = Workspace(workspace)
        print(f"logs: {workspace.path}")
        kernel = Kernel()
        initrd = initramfs.build({"init": init_binary().read_bytes(), **kernel.module_files()})
        guest = machine.from_kernel(workspace, kernel, initrd,
                                    f"{ARGUMENTS} isboot.timeout={TIMEOUT}", table)
        with guest.running():
            guest.console.wait_for(r"isboot: .*restart as panic=1 asks", START_LIMIT, "the end")
            guest.console.wait_for_end(END_LIMIT)
        said = "\n".join(text for _, text in guest.console.lines if "isboot: " in text)
        self.assertRegex(said, r"; next: ")
        workspace.clear()
        return said

    @staticmethod
    def _ended_after(said):
        """Seconds on isboot's own clock until it gave up."""
        return float(re.findall(r"isboot: (\d+\.\d+) no iSCSI disk", said)[0])


@contextlib.contextmanager
def _serving_something(workspace):
    """A target with an empty disk of 1 MiB."""
    image = workspace / "empty.img"
    with open(image, "wb") as file:
        file.truncate(1 << 20)
    with target.serving(workspace, image) as server:
        yield server


@contextlib.contextmanager
def _silent_target():
    """Accepts every connection and never sends a byte."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted = []

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    accepted.append(listener.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in accepted:
                connection.close()


if __name__ == "__main__":
    unittest.main()
