"""No firmware, no table: the kernel command line alone leads to the disk."""

import contextlib
import unittest

from harness import initramfs, machine
from harness.boot import KERNEL, START_LIMIT, Boot
from harness.kernel import Kernel
from harness.leased import CLOSED, NO_LIMIT, UUID, LeasedBoot, check_boot, url
from harness.target import CHAP
from harness.workspace import init_binary


class TablelessBoot(Boot):
    """Two paths, of which the first is dead; CHAP from the initramfs's file; the name from the
    machine's UUID."""

    secrets = f"name={CHAP[0]}\nsecret={CHAP[1]}\n"
    more = ""
    dead = (CLOSED,)

    def __init__(self, name):
        kernel = Kernel()
        initrd = initramfs.build({"init": init_binary().read_bytes(), **kernel.module_files()},
                                 private={"etc/isboot/credentials": self.secrets.encode()})
        super().__init__(name, KERNEL, self.more, initrd=initrd, chap=CHAP)

    def _machine(self, port):
        urls = " ".join(url(each) for each in (*self.dead, port))
        words = (f"{self._arguments} isboot.timeout={NO_LIMIT} {urls} "
                 f"ip=10.0.2.15::{machine.HOST}:255.255.255.0::eth0:none")
        guest = machine.from_kernel(self.workspace, self._kernel, self._initrd, words)
        guest.add("-uuid", UUID)
        return guest


class AskedBoot(TablelessBoot):
    """Neither name nor secret is in the file: somebody types them in."""

    secrets = "# none\n"
    more = "isboot.secrets=ask"
    typed = (CHAP[1],)  # each with the name before it

    @contextlib.contextmanager
    def guest(self, watcher=None):
        with super().guest(watcher) as self._qemu:
            yield self._qemu

    def before_root(self):
        for secret in self.typed:
            self._type("name of this machine", CHAP[0])
            self._type(f"secret of {CHAP[0]}", secret)

    def _type(self, question, answer):
        self.console.wait_for_prompt(f"CHAP {question}: $", START_LIMIT)
        self._qemu.stdin.write(answer.encode() + b"\n")
        self._qemu.stdin.flush()


class AskedAgainBoot(AskedBoot):
    """Who types hits the wrong keys."""

    dead = ()
    typed = ("", "not-my-secret", CHAP[1])


class RefusedBoot(AskedAgainBoot):
    """For ever."""

    typed = 3 * ("not-my-secret",)

    def wait_for_system(self):
        self.console.wait_for(r"not booted; restart", START_LIMIT, "the end")


class Tableless(unittest.TestCase):

    def test_url_ip_and_credentials(self):
        check_boot(self, TablelessBoot("tableless"), "kernel command line", "1 NIC, 2 targets")

    def test_secrets_are_asked_for(self):
        check_boot(self, AskedBoot("tableless-asked"), "kernel command line", "1 NIC, 2 targets")

    def test_secrets_are_asked_for_again(self):
        check_boot(self, AskedAgainBoot("tableless-asked-again"), "kernel command line", "1 NIC, 1 target")

    def test_secrets_are_asked_for_three_times(self):
        boot = RefusedBoot("tableless-refused")
        with boot.running():
            boot.wait_for_report()
        said = (boot.workspace / "console.log").read_text(errors="replace")
        self.assertEqual(said.count("CHAP secret of"), 3)
        self.assertNotIn("not-my-secret", said)
        boot.workspace.clear()

    def test_lease_in_own_initramfs(self):
        check_boot(self, LeasedBoot("tableless-lease"), "kernel command line", "1 NIC, 1 target")


if __name__ == "__main__":
    unittest.main()
