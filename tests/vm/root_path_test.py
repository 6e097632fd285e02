"""No table and no URL: the root path option of the lease (RFC 4173) alone leads to the disk. Needs
root: the DHCP server has to be one that can say so."""

import contextlib
import unittest

from harness import machine, packages, private_network, target
from harness.kernel import Kernel
from harness.leased import NO_LIMIT, LeasedBoot, check_boot
from harness.target import CHAP


def setUpModule():  # pylint: disable=invalid-name
    reason = private_network.reason_to_skip()
    if reason:
        raise unittest.SkipTest(reason)
    Kernel()
    packages.unpacked("klibc-utils", "libklibc")
    private_network.enter()


class RootPathBoot(LeasedBoot):
    """The target is behind the gateway that the lease names, and wants CHAP."""

    netdev = private_network.CABLE_NETDEV

    def words(self, port):
        return f"{self._arguments} isboot.timeout={NO_LIMIT} ip=dhcp"

    @contextlib.contextmanager
    def serving_disk(self):
        server = private_network.DhcpServer(self.workspace, machine.MAC)
        with target.serving(self.workspace, self.disk.path, CHAP, private_network.TARGET) as self.target, \
             server.running(f"option rootpath iscsi:{private_network.TARGET}:tcp:{self.target.port}:"
                            f"{target.LUN}:{target.NAME}"):
            yield


class RootPath(unittest.TestCase):

    def test_with_credentials(self):
        check_boot(self, RootPathBoot("root-path"), "DHCP root path", "1 NIC, 1 target")


if __name__ == "__main__":
    unittest.main()
