"""A whole Debian with isboot's package, installed by apt and nothing else: from firmware's table to the
login prompt, and down again. Needs root and the network: its roots are made from packages.

ISBOOT_SUITES and ISBOOT_GENERATORS choose (harness/distribution_tests.py). The whole life of such a
machine: distribution_test.py."""

import unittest

from harness.distribution import DistributionMachine
from harness.distribution_life import check_carried, check_keeper, come_up
from harness.distribution_tests import SYSTEMS, set_up


def setUpModule():  # pylint: disable=invalid-name
    set_up(SYSTEMS)


class DistributionStart(unittest.TestCase):
    """test_SUITE_GENERATOR."""

    def _start(self, suite, generator):
        with DistributionMachine(f"distribution-start-{suite}-{generator}", suite, generator) as machine:
            come_up(machine)
            check_keeper(machine)
            check_carried(machine)
            machine.power_off()
            self.assertEqual(machine.logouts(), 1)


def _case(*what):
    return lambda test: test._start(*what)  # pylint: disable=protected-access


for _what in SYSTEMS:
    setattr(DistributionStart, "test_" + "_".join(_what).replace("-", "_"), _case(*_what))


if __name__ == "__main__":
    unittest.main()
