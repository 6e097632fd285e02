"""How a machine ends whose root is on iSCSI and whose init is Debian's systemd: by isboot's hook
for systemd-shutdown(8)."""

import unittest

from harness import debian_root, private_network
from harness.ended_machine import EndedMachine
from harness.kernel import Kernel
from harness.workspace import PROJECT

HOOK = {"lib/systemd/system-shutdown/isboot.shutdown":
            PROJECT / "platform/linux/systemd/isboot.shutdown"}


def setUpModule():  # pylint: disable=invalid-name
    reason = private_network.reason_to_skip()
    if reason:
        raise unittest.SkipTest(reason)
    Kernel()
    debian_root.fetch()
    private_network.enter()


class Shutdown(unittest.TestCase):

    def test_reboot_and_poweroff(self):
        with EndedMachine("shutdown-reboot-and-poweroff", HOOK) as machine:
            machine.power_off(kind="reboot", last_line="reboot: Restarting system")
            self.assertEqual(machine.relay.logouts, 1)
            machine.start()
            machine.power_off()
            self.assertEqual(machine.relay.logouts, 2)


if __name__ == "__main__":
    unittest.main()
