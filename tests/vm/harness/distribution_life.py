"""The life of a machine with a whole Debian: to the login prompt, through an outage, a reboot and a
power-off. Raises where it is not as a user expects."""

from . import distribution
from .distribution import ROOTS, DistributionMachine

OUTAGE_S = 20


def live(name, suite, generator, root=ROOTS["ext4"]):
    with DistributionMachine(name, suite, generator, root=root) as machine:
        machine.wait_until("systemctl is-active serial-getty@ttyS1.service",
                           distribution.START_LIMIT)
        machine.wait_until("systemctl is-system-running", distribution.START_LIMIT)
        machine.wait_for_login_prompt()
        _expect("units failed", machine.order("systemctl --failed --no-legend | wc -l"), "0")
        _check_keeper(machine)
        said = [text for _, text in machine.console.lines if "logged in to" in text]
        _expect("lines that say so of the login", len(said), 1)
        _outage(machine)
        machine.power_off(order="systemctl reboot", last_line="reboot: Restarting system")
        _expect("logouts at the target", machine.relay.logouts, 1)
        machine.start()
        machine.power_off()
        _expect("logouts at the target", machine.relay.logouts, 2)


def _expect(what, seen, *wanted):
    if seen not in wanted:
        raise AssertionError(f"{what}: {seen!r}, not {' or '.join(map(repr, wanted))}")


def _check_keeper(machine):
    """In no unit's control group: that of PID 1, or none."""
    groups = machine.order("cat $(grep -slx -e isboot-keep -e isboot-guard /proc/[0-9]*/comm | "
                           "sed s/comm/cgroup/) | sort -u")
    _expect("control groups of the keeper", groups, "0::/init.scope", "0::/")


def _outage(machine):
    machine.relay.listen(False)
    machine.relay.reset()
    machine.console.follow(OUTAGE_S)
    machine.relay.listen(True)
    machine.wait_until("isboot status | grep carried")
    before = machine.order("cat /run/written")
    machine.wait_until(f"test $(cat /run/written) -gt {before}")
