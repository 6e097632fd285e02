"""UEFI's own iSCSI initiator boots the machine in a VLAN, from a target behind a router."""

import contextlib
import unittest

from harness import initramfs, private_network, target, vlan_switch
from harness.edk2 import Edk2Boot
from harness.edk2_settings import Attempt
from harness.kernel import MODULES, Kernel
from harness.workspace import init_binary

VLAN = 100


class InVlan(Edk2Boot):
    """Its NIC sees nothing but what carries that VLAN's tag."""

    netdev = vlan_switch.NETDEV

    @contextlib.contextmanager
    def serving_disk(self):
        # After the disk is made: from here on nothing can be fetched.
        private_network.enter()
        with target.serving(self.workspace, self.disk.path,
                            host=private_network.TARGET) as self.target, \
             vlan_switch.running(self.workspace, private_network.CABLE, VLAN):
            yield


@unittest.skipIf(private_network.reason_to_skip(), private_network.reason_to_skip())
class BootByEdk2(unittest.TestCase):

    def test_vlan(self):
        modules = Kernel().module_files((*MODULES, "8021q"))
        boot = InVlan("edk2-vlan", lambda port: [Attempt(
            port, target=private_network.TARGET, address=private_network.MACHINE,
            gateway=private_network.HOST, vlan=VLAN)],
            initrd=initramfs.build({"init": init_binary().read_bytes(), **modules}))
        boot.prove()
        [nic] = boot.table["nics"]
        self.assertEqual((nic["address"], nic["vlan"]), (private_network.MACHINE, VLAN))


if __name__ == "__main__":
    unittest.main()
