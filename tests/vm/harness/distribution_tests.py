"""Which Debian systems the tests of isboot's package are about, and what each file of them does first."""

import os
import unittest

from . import distribution, private_network

# ISBOOT_SUITES and ISBOOT_GENERATORS choose.
SUITES = os.environ.get("ISBOOT_SUITES", "bookworm").split()
GENERATORS = os.environ.get("ISBOOT_GENERATORS", "initramfs-tools dracut").split()
SYSTEMS = [(suite, generator) for suite in SUITES for generator in GENERATORS]


def set_up(bases, fetch=lambda: None):
    """Skips where they cannot run. Makes what needs the network, `bases` (each what
    distribution.base() is told) and what else `fetch` does, before it leaves that network."""
    reason = private_network.reason_to_skip()
    if reason:
        raise unittest.SkipTest(reason)
    distribution.package()
    for base in bases:
        distribution.base(*base)
    fetch()
    private_network.enter()
