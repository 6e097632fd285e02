"""A managed machine whose end is watched: its target is behind a relay that sees a logout."""

from . import private_network
from .managed_machine import POWER_OFF_LIMIT, ManagedMachine
from .relay import Relay
from .workspace import PROJECT

HOOK = {"lib/systemd/system-shutdown/isboot.shutdown":
            PROJECT / "distribution/systemd/isboot.shutdown"}


class EndedMachine(ManagedMachine):
    """`relay.logouts`: how many sessions have said goodbye. `target`: to be killed."""

    def __init__(self, name, files, arguments="", **options):
        super().__init__(name, f"isboot-monitor.service {arguments}", files, **options)
        self.target = None
        self.relay = None

    def _serve(self):
        self.target = super()._serve()
        self.relay = Relay(self.target.port, private_network.TARGET)
        self._life.callback(self.relay.end)
        return self.relay

    def halt(self):
        """It stops, and stays on."""
        written = int(self.order("cat /run/written"))
        self.say("systemctl halt")
        self.console.wait_for("reboot: System halted", POWER_OFF_LIMIT, "the halt")
        self.check_disk(written)
