"""How a machine ends that must go on: into another kernel by kexec, and by systemd's hook."""

import re
import unittest

from harness import packages, programs
from harness.boot import POWER_OFF_LIMIT, Boot
from harness.kept_machine import KeptMachine
from harness.workspace import PROJECT

HOOK = "usr/lib/systemd/system-shutdown/isboot"
COMMAND_LINE = '--append="$(cat /proc/cmdline) isboot.table=/isboot.ibft"'
# The table comes first: a kernel finds a plain archive only at a multiple of four bytes.
LOAD = ("isboot export --initramfs /run/table.cpio; "
        "cat /run/table.cpio /boot/initrd.img > /run/initrd; "
        f"/sbin/kexec --load /boot/vmlinuz --initrd=/run/initrd {COMMAND_LINE}")


class WithKexec(Boot):
    """Debian's kexec and isboot's hook are on its root."""

    def __init__(self, name, firmware, arguments="", **options):
        tree = packages.unpacked_with_libraries("kexec-tools")
        files = programs.with_libraries(tree, "sbin/kexec")
        files[HOOK] = PROJECT / "distribution/systemd/isboot.shutdown"
        super().__init__(name, firmware, arguments, files=files, **options)


class End(unittest.TestCase):

    def test_kexec_and_hook(self):
        with KeptMachine("end-kexec-and-hook", kind=WithKexec) as machine:
            self._check_status(machine)
            self._kexec(machine)
            machine.ask("end-writer")
            machine.order(f"shell /{HOOK} reboot")
            machine.wait_for("reboot: Restarting system", "the restart", POWER_OFF_LIMIT)
            machine.boot.console.wait_for_end(POWER_OFF_LIMIT)
        machine.boot.console.expect_no_error()
        said = "\n".join(text for _, text in machine.boot.console.lines)
        self.assertRegex(said, "session 1: is over[^$]*kexec_core: Starting new kernel")
        self.assertRegex(said, "session 1: is over[^$]*reboot: Restarting system")
        machine.boot.disk.check()
        machine.boot.workspace.clear()

    def _check_status(self, machine):
        """In each of its forms, after one loss."""
        machine.away(1)
        session = machine.status()[0]
        self.assertEqual(len(session["history"]), 1)
        self.assertEqual(session["history"][0]["cause"], "the target closed the connection")
        self.assertEqual(session["negotiated"]["header_digest"], "0")
        self.assertGreater(int(session["negotiated"]["max_burst_length"]), 0)
        self.assertEqual(session["io_waits"], "off")
        for options, expected in (
                ("", r"/dev/sda  carried since 2.*I/O waits   for ever.*recoveries  1, the last in"),
                ("--prometheus", r'isboot_session_up{session="1",target="iqn[^}]*} 1 .*'
                                 r'isboot_session_recoveries_total{[^}]*} 1 ')):
            status, said = machine.run(f"status {options}")
            self.assertEqual(status, 0)
            self.assertRegex(said, expected)
        status, said = machine.run("status --line")
        self.assertEqual(status, 0)
        self.assertRegex(said, "isboot: /dev/sda carried, recoveries: 1")
        status, said = machine.run("timeline")
        self.assertEqual(status, 0)
        for step in ("find the table and plan", "log in", "wait for the disk", "find and mount root"):
            self.assertIn(step, said)
        shown = machine.shell("timeout 5 isboot status --watch | grep -c ^session; true")
        self.assertGreaterEqual(int(re.search(r"\d+", shown).group()), 2)

    def _kexec(self, machine):
        """The sessions end, the next kernel finds them in the table that it was given."""
        machine.shell(LOAD)
        machine.ask("end-writer")
        machine.order("shell isboot keep --shutdown --then kexec")
        machine.wait_for("kexec_core: Starting new kernel", "the kexec", POWER_OFF_LIMIT)
        machine.wait_for(r"isboot: .*iBFT file:/isboot\.ibft by ISBOOT EXPORT", "the next kernel",
                         180)
        found = machine.wait_for(r"^ISBOOT-REPORT (.*)", "the next system's report", 180)
        self.assertTrue(re.search("root_on_iscsi=yes", found.group(1)))
        machine.next_write()


if __name__ == "__main__":
    unittest.main()
