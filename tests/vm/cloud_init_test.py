"""Debian 12's cloud-init on a machine whose root is on iSCSI: it takes what isboot left in /run for
the configuration of root's NIC, writes it down for the network manager, and root does not notice, at
the first boot and at the next one."""

import unittest

from harness import debian_root
from harness.managed_machine import ManagedMachine, prepare
from harness.packages import HOST

PACKAGE = "cloud-init"
# Emulated on a busy host its Python takes minutes.
LIMIT = 900
# The package's links of [Install], which its scripts would make.
ENABLED = ("[Unit]\nWants=cloud-init-local.service cloud-init.service cloud-config.service "
           "cloud-final.service\n")
# Its modules set up users, keys and disks, which are not there to be set up.
SETTINGS = """datasource_list: [NoCloud, None]
cloud_init_modules: [write-files]
cloud_config_modules: []
cloud_final_modules: []
system_info: {{network: {{renderers: [{renderer}], activators: [{renderer}]}}}}
"""
# As Debian's installer leaves it; without the file cloud-init takes ifupdown for absent.
INTERFACES = "auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n"
USER_DATA = "#cloud-config\nwrite_files: [{path: /etc/cloud-was-here, content: carried out}]\n"


def setUpModule():  # pylint: disable=invalid-name
    prepare(lambda: debian_root.fetch(HOST, (PACKAGE,)))


class CloudMachine(ManagedMachine):
    start_limit = LIMIT

    def __init__(self, renderer, unit):
        seed = "var/lib/cloud/seed/nocloud"
        files = {
            "etc/cloud/cloud.cfg.d/90_test.cfg": SETTINGS.format(renderer=renderer),
            "etc/systemd/system/cloud-init.target.d/enabled.conf": ENABLED,
            f"{seed}/meta-data": "instance-id: isboot-test\n",
            f"{seed}/user-data": USER_DATA}
        if renderer == "eni":
            files["etc/network/interfaces"] = INTERFACES
        super().__init__(f"cloud-init-{renderer}", unit, files, more=(PACKAGE,))
        print(f"logs: {self.workspace.path}", flush=True)


class CloudInit(unittest.TestCase):

    def test_netplan(self):
        """The manager of Debian's own cloud images."""
        self._live("netplan", "systemd-networkd", "/etc/netplan/50-cloud-init.yaml",
                   "networkctl status eth0 | grep 'State:.*configured'")

    def test_ifupdown(self):
        self._live("eni", "networking", "/etc/network/interfaces.d/50-cloud-init",
                   "systemctl is-active networking")

    def _live(self, renderer, unit, written, is_up):  # pylint: disable=too-many-arguments
        with CloudMachine(renderer, f"{unit}.service") as machine:
            self._is_done(machine)
            machine.order("grep 'Applying network configuration from initramfs' /var/log/cloud-init.log")
            self.assertIn("eth0", machine.order(f"cat {written}"))
            self._is_undisturbed(machine, unit, is_up)
            machine.end(order="systemctl reboot", last_line="reboot: Restarting system")
            # What it wrote is there before the manager starts, now.
            machine.start()
            self._is_done(machine)
            self._is_undisturbed(machine, unit, is_up)
            machine.power_off()

    def _is_done(self, machine):
        machine.wait_until("cloud-init status | grep -x 'status: done'", LIMIT)
        machine.order("test -e /etc/cloud-was-here")

    def _is_undisturbed(self, machine, unit, is_up):
        machine.wait_until(is_up)
        machine.wait_for_renewals()
        machine.check_undisturbed()
        machine.order(f"systemctl restart {unit}")
        machine.wait_until(is_up)
        machine.check_undisturbed()


if __name__ == "__main__":
    unittest.main()
