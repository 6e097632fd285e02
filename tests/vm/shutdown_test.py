"""How a machine ends whose root is on iSCSI and whose init is Debian's systemd, otherwise than by
isboot's hook (clean_end_test.py): by a shutdown ramfs, a halt, with the target away, not at all."""

import pathlib
import time
import unittest

from harness import private_network, target
from harness.disk import Root, make_ext4
from harness.ended_machine import HOOK, EndedMachine
from harness.managed_machine import START_LIMIT, prepare
from harness.workspace import PROJECT, Workspace

RAMFS = {"usr/lib/ramfs/shutdown": PROJECT / "tests/vm/guest/shutdown-ramfs",
         "usr/lib/ramfs/bin/busybox": pathlib.Path("/bin/busybox")}
MAKE_RAMFS = ("mkdir -p /run/initramfs && cp -a /usr/lib/ramfs/. /run/initramfs && "
              "cp /sbin/isboot /run/initramfs/bin")
# An end waits for it, for as long as it lives.
SLOW = {"etc/systemd/system/slow.service":
            "[Service]\nExecStart=/bin/sleep infinity\nExecStop=/bin/sleep infinity\n"
            "TimeoutStopSec=infinity\n"}
LIMIT = 5  # isboot.shutdown=
DATA_MIB = 16
# systemd(1): what `systemctl poweroff` asks for, SIGRTMIN+4. A shell needs no program for it.
POWER_OFF_SIGNAL = 38


def setUpModule():  # pylint: disable=invalid-name
    prepare()


class Shutdown(unittest.TestCase):

    def test_ramfs_and_halt(self):
        """A shutdown ramfs unmounts root before the session ends. Then, without one, a halt."""
        with EndedMachine("shutdown-ramfs-and-halt", {**HOOK, **RAMFS}) as machine:
            machine.order(MAKE_RAMFS)
            machine.power_off()
            self.assertTrue(machine.console.first("^ISBOOT-UNMOUNTED 0"))
            self.assertTrue(machine.console.first("^ISBOOT-SESSIONS-ENDED 0 poweroff"))
            self.assertEqual(machine.relay.logouts, 1)
            machine.start()
            machine.halt()
            self.assertEqual(machine.relay.logouts, 2)

    def test_target_is_away(self):
        """For good, before the shutdown begins: no program can be read, not even the hook."""
        with EndedMachine("shutdown-target-is-away", HOOK, f"isboot.shutdown={LIMIT}") as machine:
            machine.wait_until("systemctl is-active isboot-end@poweroff.socket")
            machine.target.kill()
            machine.console.wait_for("I/O waits until it is back", START_LIMIT, "the loss")
            started = time.monotonic()
            machine.end(f"kill -{POWER_OFF_SIGNAL} 1")
            print(f"off after {time.monotonic() - started:.1f} s")
        said = "\n".join(text for _, text in machine.console.lines)
        self.assertIn("session 1: the target is away, and the time is up", said)

    def test_only_root_is_away(self):
        """For good, while another target's disk is mounted and written to. systemd cannot run its last
        program, and the session of that disk lives on."""
        with EndedMachine("shutdown-only-root-is-away", HOOK, f"isboot.shutdown={LIMIT}") as machine:
            other = Workspace("shutdown-other-target")
            image = other / "data.img"
            (other / "empty").mkdir()
            make_ext4(image, other / "empty", 0, DATA_MIB)
            with target.serving(other, image, host=private_network.TARGET) as data:
                machine.wait_until("systemctl is-active isboot-end@poweroff.socket")
                machine.order(f"isboot attach --another-path iscsi:{private_network.TARGET}::{data.port}:{target.LUN}:{target.NAME}")
                machine.order("mkdir -p /mnt && mount /dev/sdb /mnt && echo kept >/mnt/kept")
                machine.target.kill()
                machine.console.wait_for("I/O waits until it is back", START_LIMIT, "the loss")
                machine.end(f"kill -{POWER_OFF_SIGNAL} 1")
            self.assertEqual(Root(image).read("/kept"), b"kept\n")
            other.clear()

    def test_cancelled(self):
        """An end is cancelled; then the target is away for longer than an end would wait for it."""
        with EndedMachine("shutdown-cancelled", {**HOOK, **SLOW},
                          f"isboot.shutdown={LIMIT}") as machine:
            machine.wait_until("systemctl is-active isboot-end-asked@reboot.path")
            machine.order("systemctl start slow && systemctl --no-block reboot")
            machine.console.wait_for("the machine ends; a target", START_LIMIT, "the notice")
            machine.order("systemctl cancel")
            machine.target.kill()
            machine.console.wait_for("does not end after all", START_LIMIT, "the answer")
            machine.target.start()
            machine.wait_until("isboot status | grep carried")
            machine.wait_until("systemctl is-active isboot-end@reboot.socket")
            self.assertEqual(machine.order("systemctl --failed --no-legend | grep -c isboot || true"), "0")
            machine.order("systemctl kill --signal KILL slow")
            machine.power_off()
            self.assertEqual(machine.relay.logouts, 1)


if __name__ == "__main__":
    unittest.main()
