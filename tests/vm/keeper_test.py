"""A root disk that survives its target: faults under a writer that never sees an error."""

import os
import tempfile
import time
import unittest
from unittest import mock

from harness import distribution
from harness.boot import Boot
from harness.kept_machine import KeptMachine
from harness.kernel import Kernel
from harness.machine import HOST
from harness.process import run
from harness.target import LUN, NAME

NAME_WITH_CHAP = NAME + "-chap"
SECRET = "sixteen-letters."  # also in guest/keeper-init
MIDDLE = "teen-lett"  # of it: what a wipe of a part would leave
SILENCE = 5
IDLE = 20
SETTLES = 5  # after a login its path is looked at once more, a second later
LOCKED_LIMIT_KIB = 1536  # keeper, guard and errands; a page that they share counted once
WORDS = "not-written-back-yet"
CAPABILITIES = 1 << 12 | 1 << 21 | 1 << 22  # NET_ADMIN, SYS_ADMIN, SYS_BOOT


class BesideAnotherDisk(Boot):
    """The machine has a disk of its own besides root."""

    def __init__(self, *arguments, **options):
        driver, = (path for path in Kernel().tree.glob("lib/modules/*/kernel/drivers/block/virtio_blk.ko"))
        super().__init__(*arguments, files={"virtio_blk.ko": driver}, **options)
        self.other = self.workspace / "other.img"
        self.other.write_bytes(bytes(1 << 20))

    def _machine(self, port):
        guest = super()._machine(port)
        guest.add("-drive", "if=none,id=other,format=raw,file=other.img",
                  "-device", "virtio-blk-pci,drive=other")
        return guest


class Keeper(unittest.TestCase):

    def test_target_restarts(self):
        """Killed and started again, for a moment and for longer."""
        with KeptMachine("keeper-target-restarts") as machine:
            self.assertEqual(machine.boot.report["creator"], "-1")
            for seconds in (1, 5):
                machine.away(seconds)
            status = machine.status()[0]
            self.assertEqual(status["recoveries"], 2)
            self.assertEqual(status["state"], "carried")
            print(f"recoveries: last {status['last_recovery_ms']} ms, "
                  f"worst {status['worst_recovery_ms']} ms")
            machine.power_off()
        machine.check()

    def test_target_is_silent(self):
        """Connections stay, answers do not come: the kernel's NOPs find out."""
        with KeptMachine("keeper-target-is-silent", "isboot.ping=2,3") as machine:
            machine.boot.target.pause()
            status = machine.wait_lost()
            self.assertEqual(status["last_error"], "the target answers no longer")
            time.sleep(SILENCE)
            machine.boot.target.resume()
            machine.wait_carried()
            machine.next_write()
            self.assertEqual(machine.status()[0]["recoveries"], 1)
            machine.power_off()
        machine.check()

    def test_keeper_is_killed(self):
        """With -9, while all is well and while the target is away; its guard starts another, or that
        one's heir. With both gone too, one that is started by hand goes on."""
        with KeptMachine("keeper-is-killed") as machine:
            machine.kill_keeper()
            machine.next_write()
            keeper = machine.facts()["pid"]
            for _ in range(2):
                machine.kill_guard()
            self.assertEqual(machine.facts()["pid"], keeper)
            # What sysvinit is told to spare are those of today.
            guard = machine.shell("pidof isboot-guard")
            self.assertEqual(machine.shell("head -n 1 /run/sendsigs.omit.d/isboot"), guard)
            self.assertEqual(machine.shell("cat /run/sendsigs.omit.d/isboot-heir-*"), machine.shell("pidof isboot-heir"))
            self.assertNotIn(" 0 kB", machine.shell(f"grep VmLck /proc/{guard}/status | tr '\\t' ' '"))
            machine.kill_keeper()
            machine.next_write()
            machine.away(1)
            machine.boot.target.kill()
            machine.wait_lost()
            machine.kill_keeper()
            machine.wait_lost()
            machine.boot.target.start()
            self.assertEqual(machine.wait_carried()["recoveries"], 1)
            machine.next_write()
            self.assertIn("a keeper runs already", machine.run("keep")[1])
            machine.boot.target.kill()
            machine.wait_lost()
            machine.kill_keeper_and_guard()
            machine.boot.target.start()
            machine.start_keeper()
            self.assertEqual(machine.wait_carried()["recoveries"], 1)
            machine.kill_keeper()
            machine.away(1)
            machine.power_off()
        machine.check()

    def test_replaced(self):
        """By the keeper of another program: while the machine writes, and while the target is
        away. The next loss and the next kill are the new one's. Where nobody is left to take over
        from, it begins with what was written down."""
        with KeptMachine("keeper-replaced") as machine:
            before = machine.facts()
            self.assertIn("has the sessions", machine.shell("/sbin/isboot keep --replace"))
            machine.wait_for_shell("pidof isboot-guard | wc -w", "1")
            after = machine.facts()
            self.assertNotEqual(after["pid"], before["pid"])
            self.assertLessEqual(int(after["all_kib"]), LOCKED_LIMIT_KIB)
            self.assertEqual(after["seccomp"], "2")
            # Its file may be deleted by the next upgrade.
            self.assertIn("memfd:isboot", machine.shell(f"ls -l /proc/{after['pid']}/exe"))
            machine.away(1)
            machine.boot.target.kill()
            machine.wait_lost()
            self.assertEqual(machine.run("keep --replace")[0], 0)
            machine.wait_for_shell("pidof isboot-guard | wc -w", "1")
            machine.wait_lost()
            machine.boot.target.start()
            self.assertEqual(machine.wait_carried()["recoveries"], 1)
            machine.next_write()
            machine.kill_keeper()
            machine.away(1)
            machine.kill_keeper_and_guard()
            self.assertEqual(machine.run("keep --replace")[0], 0)
            machine.away(1)
            machine.power_off()
        machine.check()

    def test_attached_disk(self):
        """A second session by hand, with CHAP: it comes back too, also by a keeper that must
        find the secrets again; nothing detaches what is in use; it ends alone."""
        with KeptMachine("keeper-attached-disk") as machine:
            self._serve_with_chap(machine.boot)
            url = f"iscsi:{HOST}::{machine.boot.target.port}:{LUN}:{NAME_WITH_CHAP}"
            status, said = machine.run(f"attach {url} --credentials /run/credentials")
            self.assertEqual(status, 0)
            self.assertRegex(said, "/dev/sdb$")
            self._secret_is_in_one_place(machine)
            machine.shell("rm /run/credentials")  # the guard has what the next keeper needs
            machine.kill_keeper()
            self._secret_is_in_one_place(machine)
            machine.boot.target.kill()
            machine.wait_lost()
            machine.boot.target.start()
            self._serve_with_chap(machine.boot)
            machine.wait_status(
                lambda status: all(session["recoveries"] == 1 and session["state"] == "carried"
                                   for session in status), "both sessions")
            self._secret_is_in_one_place(machine)
            self.assertEqual(machine.run("detach /dev/sdb"), (0, ""))
            self.assertEqual(machine.find_in_keeper(MIDDLE), [])
            self.assertEqual(len(machine.status()), 1)
            status, said = machine.run("detach /dev/sda")
            self.assertIn("mounted", said)
            self.assertEqual(status, 1)
            machine.next_write()
            machine.power_off()
        machine.check()

    def _secret_is_in_one_place(self, machine):
        """Locked, in no core dump, shared with the guard, and between pages that nobody may
        touch."""
        places = machine.find_in_keeper(MIDDLE)
        self.assertEqual(len(places), 1, places)
        before, inside, behind = places[0]
        self.assertEqual((before, behind), ("---s", "---s"))
        self.assertEqual({"lo", "dd"} - set(inside.split(",")), set())

    def _serve_with_chap(self, boot):
        """A target beside root's; the guest has its secret in /run/credentials."""
        image = boot.workspace / "second.img"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        admin = boot.target.admin
        admin("--mode", "target", "--op", "new", "--tid", 2, "--targetname", NAME_WITH_CHAP)
        admin("--mode", "logicalunit", "--op", "new", "--tid", 2, "--lun", LUN,
              "--backing-store", image)
        admin("--mode", "account", "--op", "new", "--user", "guest", "--password", SECRET)
        admin("--mode", "account", "--op", "bind", "--tid", 2, "--user", "guest")
        admin("--mode", "target", "--op", "bind", "--tid", 2, "--initiator-address", "ALL")

    def test_depends_on_nothing(self):
        """Locked, spared by the kernel and by systemd, with few capabilities, asleep when idle."""
        self._depends_on_nothing("keeper-depends-on-nothing")

    def test_of_the_package(self):
        """The same with the programs that people have: hardened, they are larger."""
        with tempfile.TemporaryDirectory() as tree:
            run("dpkg-deb", "-x", distribution.package(), tree)
            programs = {"ISBOOT_BINARY": f"{tree}/usr/sbin/isboot",
                        "ISBOOT_INIT": f"{tree}/usr/lib/isboot/isboot-init",
                        "ISBOOT_SMALL": f"{tree}/usr/lib/isboot/isboot-initramfs"}
            with mock.patch.dict(os.environ, programs):
                self._depends_on_nothing("keeper-of-the-package")

    def _depends_on_nothing(self, name):
        with KeptMachine(name) as machine:
            time.sleep(SETTLES)
            before = machine.facts()
            self.assertEqual(before["name"], "@isboot")
            self.assertEqual(before["oom"], "-1000")
            self.assertEqual(int(before["capabilities"], 16), CAPABILITIES)
            self.assertEqual(before["seccomp"], "2")  # a filter; a refused call fails check()
            self.assertLessEqual(int(before["all_kib"]), LOCKED_LIMIT_KIB)
            self.assertGreater(int(before["all_kib"]), int(before["locked_kib"]))
            errands = machine.shell("grep VmLck /proc/$(pidof isboot-errands)/status | tr '\\t' ' '")
            self.assertNotIn(" 0 kB", errands)
            time.sleep(IDLE)
            after = machine.facts()
            self.assertEqual(after["wakeups"], before["wakeups"])
            print(f"locked: {after['locked_kib']} KiB; with guard and errands: {after['all_kib']} KiB; "
                  f"wake-ups in {IDLE} s: 0")
            machine.power_off()
        machine.check()

    def test_shutdown_without_target(self):
        """The target is away for good: a limit, a message, and the machine is off. What a disk of
        its own was to have is written back before."""
        with KeptMachine("keeper-shutdown-without-target", kind=BesideAnotherDisk) as machine:
            machine.shell("busybox insmod /virtio_blk.ko; cd /proc/sys/vm; "
                          "echo 360000 >dirty_writeback_centisecs; echo 360000 >dirty_expire_centisecs")
            machine.shell(f"(echo {WORDS}; sleep 1000) >/dev/vda 2>/run/other &")
            self.assertNotIn(WORDS.encode(), machine.boot.other.read_bytes())
            machine.boot.target.kill()
            machine.wait_lost()
            started = time.monotonic()
            machine.power_off("--limit 3")
            print(f"off after {time.monotonic() - started:.1f} s")
        self.assertIn(WORDS.encode(), machine.boot.other.read_bytes())
        machine.boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
