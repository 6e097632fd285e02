"""The keeper beside systemd, the real one: what it shows of the sessions, and what the journal has
of them."""

import re
import unittest

from harness import target
from harness.managed_machine import ManagedMachine, prepare
from harness.workspace import PROJECT

SYSTEMD = PROJECT / "distribution/systemd"
FILES = {
    "etc/systemd/system/isboot.service": (SYSTEMD / "isboot.service.in").read_text().replace(
        "@CMAKE_INSTALL_FULL_SBINDIR@", "/sbin"),
    "usr/lib/systemd/catalog/isboot.catalog": (SYSTEMD / "isboot.catalog").read_text(),
}


def message_id(subject):
    """Of the catalog's entry with that subject."""
    return re.search(rf"-- (\w+)\nSubject: {subject}\n", FILES["usr/lib/systemd/catalog/isboot.catalog"])[1]


def setUpModule():  # pylint: disable=invalid-name
    prepare()


class Machine(ManagedMachine):
    """Whose target the test takes away."""

    target = None

    def _serve(self):
        self.target = super()._serve()
        return self.target


class Systemd(unittest.TestCase):

    def test_keeper(self):
        with Machine("systemd-keeper", "isboot-test.service", FILES) as machine:
            print(f"logs: {machine.workspace.path}", flush=True)
            machine.order("journalctl --update-catalog && systemctl start isboot")
            self._shows(machine, "Status: .*/dev/sda carried, recoveries: 0")
            self._journal(machine)
            self._stopped_unit(machine)
            machine.power_off()

    def _shows(self, machine, pattern):
        machine.wait_until(f"systemctl status isboot | grep -E '{pattern}'")

    def _journal(self, machine):
        """A loss and its end: with their ids, their session, and what is to be done."""
        machine.target.kill()
        self._shows(machine, "Status: .*/dev/sda .* is lost since 20")
        machine.target.start()
        self._shows(machine, "Status: .*/dev/sda carried, recoveries: 1")
        self._shows(machine, "isboot-keep.*session 1: back at ")
        for subject in ("An iSCSI session was lost", "An iSCSI session is back"):
            found = machine.order(f"journalctl --output export MESSAGE_ID={message_id(subject)} | "
                                  "grep --text ^ISBOOT_")
            for field in ("SESSION=1", f"TARGET={target.NAME}", "DISK=/dev/sda"):
                self.assertIn(f"ISBOOT_{field}", found.splitlines())
        explained = machine.order(
            f"journalctl --catalog MESSAGE_ID={message_id('An iSCSI session was lost')}")
        self.assertIn(f"Target: {target.NAME}", explained)
        self.assertIn("Next: `isboot status` says", explained)

    def _stopped_unit(self, machine):
        """It says that the sessions go on, and they do."""
        memory = machine.order("grep -E 'VmRSS|RssAnon|VmLck' "
                               "/proc/$(systemctl show --value --property MainPID isboot)/status")
        print(f"what shows the sessions: {memory.split()}", flush=True)
        self.assertRegex(memory, r"VmLck:\s+0 kB")
        machine.order("systemctl stop isboot")
        self._shows(machine, "not shown any more; the sessions go on")
        self.assertEqual([session["state"] for session in machine.status()], ["carried"])
        machine.order("systemctl start isboot")
        self._shows(machine, "Status: .*/dev/sda carried, recoveries: 1")


if __name__ == "__main__":
    unittest.main()
