"""Whole Debian systems whose root is not simply ext4 in a partition: xfs, btrfs, a volume of LVM,
LUKS by a passphrase or a key file, two paths; or that have swap and a second disk on iSCSI, too; that
show plymouth's picture, have open-iscsi beside isboot, or an initramfs made otherwise; or whose kernel
dies and leaves its memory on root. Needs root and the network. Not in CI; `scripts/test --distribution`."""

import os
import unittest

from harness.distribution_life import crash, live, splash
from harness.distribution_roots import ROOTS
from harness.distribution_tests import SYSTEMS, set_up

ALL = ("xfs btrfs lvm luks luks-lvm-xfs key-file-btrfs swap multipath plymouth open-iscsi netboot no-systemd kdump "
       "kdump-ipxe")
CHOSEN = os.environ.get("ISBOOT_ROOTS", ALL).split()
COMBINATIONS = [(suite, generator, root)
                for suite, generator in SYSTEMS for root in CHOSEN
                if generator in ROOTS[root].generators]


def setUpModule():  # pylint: disable=invalid-name
    set_up([(suite, generator, ROOTS[root].by(generator, suite).packages)
            for suite, generator, root in COMBINATIONS])


class Roots(unittest.TestCase):

    def test_whole_life(self):
        for suite, generator, root in COMBINATIONS:
            with self.subTest(suite=suite, generator=generator, root=root):
                what = ROOTS[root].by(generator, suite)
                life = crash if what.crash else splash if what.splash else live
                life(f"distribution-{suite}-{generator}-{root}", suite, generator, what)


if __name__ == "__main__":
    unittest.main()
