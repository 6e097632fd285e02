"""A whole Debian with several ways to its disk: a NIC, a cable and a portal for each."""

import shutil

from . import console, machine, private_network, several_nics
from .distribution import DistributionMachine
from .relay import Relay

# The disk of a path that is cut has errors; dm-multipath sends that I/O by another path.
ERRORS = console.ERRORS.replace("I/O error", "I/O error, dev dm-|Buffer I/O error on dev dm-")


class PathsMachine(DistributionMachine):
    """`relays`: one a way, in the order of the NICs."""

    errors = ERRORS
    relays = ()

    def __init__(self, name, suite, generator, root):
        self._isboot = None
        super().__init__(name, suite, generator, root=root)
        self.sessions = root.paths

    def _system(self, suite, generator, root):
        tree = super()._system(suite, generator, root)
        self._isboot = shutil.copy(tree / "usr/sbin/isboot", self.workspace / "isboot")
        return tree

    @property
    def portal(self):
        """That of the first way."""
        return f"{several_nics.host(0)}::{self.relays[0].port}"

    def _serve(self):
        served = super()._serve()
        cables = [private_network.lay_cable(number) for number in range(1, self.sessions)]
        self.relays = [Relay(self.target.port, several_nics.host(number), private_network.TARGET)
                       for number in range(len(cables) + 1)]
        for relay in self.relays:
            self._life.callback(relay.end)
        return served

    def _guest(self, port):
        table = several_nics.table([several_nics.pair(number, relay.port)
                                    for number, relay in enumerate(self.relays)], self._isboot)
        guest = machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments, table,
                                    netdev=private_network.CABLE_NETDEV)
        for number in range(1, self.sessions):
            guest.add("-netdev", private_network.lay_cable(number), "-device",
                      f"virtio-net-pci,netdev=net{number},mac={several_nics.mac(number)},romfile=")
        return guest
