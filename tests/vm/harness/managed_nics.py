"""A managed machine with three NICs, each a way to its disk and none with a lease: IPv4 and IPv6
with an address of the table's, and IPv6 where all comes from a router's advertisements."""

import pathlib

from . import machine, private_network, radvd, target
from .managed_machine import ManagedMachine
from .process import run
from .several_nics import mac, table

SESSIONS = 3
# NIC → what the table says of it, of the target, and the gateway's own address.
TARGETS = ("192.0.2.7", "2001:db8:1::7", "2001:db8:2::7")
NICS = ({"address": "10.0.2.15", "prefix": 24, "gateway": "10.0.2.2", "origin": "manual"},
        {"address": "fd00:1::15", "prefix": 64, "gateway": "fd00:1::2", "origin": "manual"},
        {"origin": "router-advertisement"})
GATEWAYS = ("fd00:1::2", "fd00:2::2")
# Seconds. What is not renewed ends while the test runs; a restart on a busy host takes less.
ADVERTISED_S = 45
RADVD_CONF = f"""interface tap2 {{
  AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 5; AdvDefaultLifetime {ADVERTISED_S};
  prefix fd00:2::/64 {{
    AdvValidLifetime {ADVERTISED_S}; AdvPreferredLifetime {ADVERTISED_S};
  }};
}};
"""
# Reads one disk, around the page cache, for ever.
READER = ("(n=0; while dd if=/dev/{0} of=/dev/null bs=64k count=1 skip=$n iflag=direct; "
          "do n=$((n + 1)); echo $n >/run/read.{0}; sleep 0.3; done; "
          "echo ISBOOT-WRITE-ERROR {0} cannot be read >/dev/ttyS1) >/run/{0}.log 2>&1 </dev/null &")


def add_cables():
    """To the network of private_network.enter(), which has the first."""
    for number, gateway in enumerate(GATEWAYS, start=1):
        cable = f"tap{number}"
        run("ip", "tuntap", "add", cable, "mode", "tap")
        run("ip", "link", "set", cable, "up")
        run("ip", "addr", "add", f"{gateway}/64", "dev", cable, "nodad")
        run("ip", "addr", "add", f"{TARGETS[number]}/128", "dev", "lo", "nodad")
    pathlib.Path("/proc/sys/net/ipv6/conf/all/forwarding").write_text("1", encoding="ascii")


class ManagedNics(ManagedMachine):

    sessions = SESSIONS
    touched = r"eth[012]"

    def keep_reading(self):
        """From now on all disks are read without end: `check_undisturbed` looks at each."""
        for disk in ("sda", "sdb", "sdc"):
            self.order(READER.format(disk))
        self.busy += ("/run/read.sda", "/run/read.sdb", "/run/read.sdc")

    def _serve(self):
        server = super()._serve()
        for address in TARGETS[1:]:
            server.admin("--mode", "portal", "--op", "new", "--param",
                         f"portal=[{address}]:{server.port}")
        self._life.enter_context(radvd.running_with(self.workspace, RADVD_CONF))
        return server

    def _machine(self, port):
        pairs = [({"valid": True, "boot_selected": True, "index": number, "mac": mac(number), **nic},
                  {"valid": True, "boot_selected": True, "nic_index": number, "port": port,
                   "address": TARGETS[number], "lun_number": target.LUN, "name": target.NAME})
                 for number, nic in enumerate(NICS)]
        guest = machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                    table(pairs), netdev=private_network.CABLE_NETDEV)
        for number in range(1, SESSIONS):
            guest.add("-netdev", f"tap,id=net{number},ifname=tap{number},script=no,downscript=no",
                      "-device", f"virtio-net-pci,netdev=net{number},mac={mac(number)},romfile=")
        return guest
