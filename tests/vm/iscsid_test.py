"""Debian's iscsid on the same machine: beside the keeper, before a session, started again, and as
the one that a session is handed to and taken from."""

import time
import unittest

from harness import packages, programs
from harness.boot import Boot
from harness.kept_machine import KeptMachine
from harness.machine import HOST, INITIATOR
from harness.target import LUN, NAME

AWAY = 3
CMD_SN = 7  # iscsid's default is 0
SECOND = NAME + "-second"
START = "/sbin/iscsid </dev/null >/dev/null 2>&1"
STOP = "kill -KILL $(pidof iscsid); sleep 1"  # PID 1 reaps late: its ghost keeps the name


class WithIscsid(Boot):
    """iscsid, its configuration and iscsiadm are on its root."""

    def __init__(self, name, firmware, arguments="", **options):
        super().__init__(name, firmware, arguments, files=_files(), **options)


def _files():
    tree = packages.unpacked_with_libraries("open-iscsi")
    found = programs.with_libraries(tree, "sbin/iscsid", "sbin/iscsiadm")
    return {**found, "etc/iscsi/iscsid.conf": tree / "etc/iscsi/iscsid.conf"}


class Iscsid(unittest.TestCase):

    def test_shares_a_machine(self):
        with KeptMachine("iscsid-shares-a-machine", kind=WithIscsid) as machine:
            machine.shell("mkdir -p /run/lock/iscsi /var; ln -s /run/lock /var/lock; "
                          "echo root:x:0:0::/:/bin/sh > /etc/passwd; "
                          f"echo InitiatorName={INITIATOR} > /etc/iscsi/initiatorname.iscsi")
            machine.shell(START)
            self._keeper_alone_recovers(machine, 1)
            machine.shell(f"{STOP}; {START}")
            self._keeper_alone_recovers(machine, 2)
            self._attaches(machine)
            self._hands_over(machine)
            self._adopts(machine)
            self._adopts_what_iscsid_made(machine)
            machine.power_off()
        machine.check()

    def _keeper_alone_recovers(self, machine, count):
        """iscsid shows the session, and has no part in it."""
        self.assertIn("(flash)", machine.shell("/sbin/iscsiadm -m session"))
        machine.away(1)
        self.assertEqual(machine.status()[0]["recoveries"], count)

    def _attaches(self, machine):
        """A session that is made while iscsid runs."""
        url = f"iscsi:{HOST}::{machine.boot.target.port}:{LUN}:{NAME}"
        status, said = machine.run(f"attach {url}")
        self.assertEqual(status, 1)
        self.assertRegex(said, r"session \d+ has this disk as /dev/sda.*next: .*--another-path")
        status, said = machine.run(f"attach --another-path {url}")
        self.assertEqual(status, 0, said)
        self.assertEqual(machine.shell("cat /sys/class/iscsi_session/session2/creator"), "-1")
        machine.wait_for_shell("ls /sys/block/sdb | grep -c sdb", "3")  # the kernel has read it
        machine.run("detach --force /dev/sdb")

    def _hands_over(self, machine):
        status, said = machine.run("keep --hand-over-to iscsid")
        self.assertEqual(status, 0, said)
        self.assertEqual(machine.run("status")[0], 3)  # no keeper
        machine.shell(f"{STOP}; {START}")
        machine.next_write()
        self.assertNotIn("(flash)", machine.shell("/sbin/iscsiadm -m session"))
        machine.boot.target.kill()
        time.sleep(AWAY)
        machine.boot.target.start()
        machine.next_write()
        machine.next_write()  # the one before may have been acknowledged long ago

    def _adopts(self, machine):
        status, said = machine.run("keep --adopt 1")
        self.assertEqual(status, 1, "iscsid still runs")
        self.assertIn("iscsid runs", said)
        machine.shell(STOP)
        status, said = machine.run("keep --adopt 1")
        self.assertEqual(status, 0, said)
        machine.shell(START)
        machine.away(1)
        session = machine.status()[0]
        self.assertEqual((session["recoveries"], session["disk"]), (1, "/dev/sda"))
        self.assertIn("(flash)", machine.shell("/sbin/iscsiadm -m session"))

    def _adopts_what_iscsid_made(self, machine):
        """A session of iscsid's from its first login on, made with a CmdSN of its own: with another
        one I/O would stall after isboot's login."""
        self._serve_second(machine.boot)
        record = f"-m node -T {SECOND} -p {HOST}:{machine.boot.target.port}"
        machine.shell(f"/sbin/iscsiadm {record} -o new >/dev/null; "
                      f"/sbin/iscsiadm {record} -o update -n node.session.initial_cmdsn -v {CMD_SN}; "
                      f"/sbin/iscsiadm {record} --login")
        sid = machine.shell("ls /sys/class/iscsi_session | sed 's/session//' | sort -n | tail -n 1")
        folder = f"/sys/class/iscsi_session/session{sid}"
        self.assertNotEqual(machine.shell(f"cat {folder}/creator"), "-1")
        machine.wait_for_shell("ls /sys/block | grep -c sdb", "1")
        machine.shell(STOP)
        status, said = machine.run(f"keep --adopt {sid}")
        self.assertEqual(status, 0, said)
        self.assertEqual(machine.shell(f"cat {folder}/recovery_tmo"), "off")
        machine.boot.target.kill()
        machine.wait_status(lambda status: all(one["state"] != "carried" for one in status), "the loss")
        time.sleep(AWAY)
        machine.boot.target.start()
        self._serve_second(machine.boot)
        status = machine.wait_status(
            lambda status: all(one["state"] == "carried" for one in status), "both sessions")
        self.assertEqual(status[1]["recoveries"], 1)
        self.assertEqual(machine.shell("dd if=/dev/sdb of=/dev/null bs=4096 count=64 iflag=direct "
                                       "2>/dev/null; echo $?"), "0")
        machine.next_write()

    def _serve_second(self, boot):
        """A target beside root's."""
        image = boot.workspace / "second.img"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        admin = boot.target.admin
        admin("--mode", "target", "--op", "new", "--tid", 2, "--targetname", SECOND)
        admin("--mode", "logicalunit", "--op", "new", "--tid", 2, "--lun", LUN,
              "--backing-store", image)
        admin("--mode", "target", "--op", "bind", "--tid", 2, "--initiator-address", "ALL")


if __name__ == "__main__":
    unittest.main()
