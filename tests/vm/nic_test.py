"""Root's NIC loses its address, its link, its driver, its power: each time the keeper sets it up
again as the plan says, and I/O goes on."""

import unittest

from harness.kept_machine import KeptMachine

VIRTIO_NET = "/sys/bus/virtio/drivers/virtio_net"
# Fault → the order to the guest. The driver's: the NIC is gone for a while and has another number
# when it is back.
FAULTS = {
    "address": "ip addr flush dev eth0",
    "link": "ip link set eth0 down",
    "routes": "ip link set eth0 down; ip link set eth0 up; ip route flush dev eth0",
    "driver": f"cd {VIRTIO_NET}; d=$(ls | grep virtio); echo $d > unbind; "
              f"(sleep 8; echo $d > {VIRTIO_NET}/bind) >/dev/null 2>&1 &",
}
# All devices sleep for five seconds (kernel: power/basic-pm-debugging). The connection outlives it.
SUSPEND = "echo devices > /sys/power/pm_test; echo freeze > /sys/power/state"


class Nic(unittest.TestCase):

    def test_is_set_up_again(self):
        with KeptMachine("nic", "isboot.ping=2,3") as machine:
            for number, (name, order) in enumerate(FAULTS.items(), start=1):
                with self.subTest(name):
                    self._check(machine, name, order, number)
            self.assertEqual(machine.shell("cat /sys/class/net/eth0/ifindex"), "3")
            machine.shell(SUSPEND)
            machine.next_write()
            machine.power_off()
        machine.check()

    def _check(self, machine, name, order, number):
        machine.shell(order)
        status = machine.wait_status(
            lambda status: status[0]["recoveries"] >= number and status[0]["state"] == "carried",
            name)[0]
        machine.next_write()
        self.assertIn("inet 10.0.2.15/24", machine.shell("ip -o addr"))
        print(f"{name}: back {status['last_recovery_ms']} ms after the loss was noticed")


if __name__ == "__main__":
    unittest.main()
