"""FreeBSD's own target, ctld(8), in a machine of its own whose port QEMU shows on the host. Its system
is a copy of the image that ISBOOT_FREEBSD_IMAGE names."""

import contextlib
import os
import pathlib
import shutil

from . import freebsd, lio, machine, peer, private_network
from .process import run
from .target import LUN, NAME, free_port

REDIRECTING = peer.PORT + 1  # who logs in there is sent to the other port
SERVED = "/dev/vtbd1"
# Behind a router: ctld(8)'s own addresses and that router's.
FAR, FAR_ROUTER = "10.0.3.7", "10.0.3.2"
FAR_IPV6, FAR_ROUTER_IPV6 = "fd00:7::7", "fd00:7::2"
NEAR_ROUTER_IPV6 = "fd00:2::2"


class Ctld:
    """As target.Target; `redirecting_port` leads to a portal that sends who logs in to `port`."""

    listens = ("0.0.0.0",)

    def __init__(self, workspace, image, chap=(), host=lio.LOOPBACK):
        self.port = free_port(host)
        self.redirecting_port = free_port(host)
        self.guest = None
        self._chap = chap or ()
        self._host = host
        self._folder = peer.Folder(workspace / "ctld")
        self._image = f"{image},cache=unsafe"
        self._life = contextlib.ExitStack()

    def start(self):
        with contextlib.ExitStack() as life:
            self.guest = life.enter_context(self._make_guest(self._network(life)).running())
            self._set_addresses()
            for line in self._settings():
                self.guest.call(f"echo '{line}' >>/etc/ctl.conf")
            self.guest.call("chmod 600 /etc/ctl.conf")
            self.guest.call("service ctld onestart")
            self._life = life.pop_all()

    def end(self):
        self._life.close()

    def stop_serving(self):
        """ctld(8) ends, and its sessions with it."""
        self.guest.call("service ctld onestop")

    def serve_again(self):
        self.guest.call("service ctld onestart")

    def _set_addresses(self):
        """DHCP has done it."""

    def _seen_as(self):
        return f"[{machine.HOST_IPV6}]" if self._host.startswith("[") else machine.HOST

    def _settings(self):
        proof = {0: "auth-group no-authentication", 2: "chap", 4: "chap-mutual"}[len(self._chap)]
        return ("portal-group served {", "discovery-auth-group no-authentication",
                *(f"listen {address}:{peer.PORT}" for address in self.listens), "}",
                "portal-group redirected {", "discovery-auth-group no-authentication",
                *(f"listen {address}:{REDIRECTING}" for address in self.listens),
                f'redirect "{self._seen_as()}:{self.port}"', "}",
                f'target "{NAME}" {{', " ".join((proof, *(f'"{word}"' for word in self._chap))),
                "portal-group served", f"lun {LUN} {{", f"path {SERVED}", "blocksize 512", "}", "}")

    def _network(self, life):
        forwarded = "".join(f",{lio.forwarding(life, self._host, port, to)}" for port, to in (
            (self.port, peer.PORT), (self.redirecting_port, REDIRECTING)))
        return f"{machine.USER_NETWORK},net={lio.NETWORK}{forwarded}"

    def _make_guest(self, network):
        self._folder.path.mkdir()
        system = self._folder / "system.img"
        shutil.copy(os.environ[freebsd.IMAGE], system)
        return freebsd.local(self._folder, system, self._image, network)


class FarCtld(Ctld):
    """At addresses of its own, of IPv6 too: of private_network's namespace, which is its router, it
    has a cable to its second NIC."""

    listens = ("0.0.0.0", "[::]")

    def __init__(self, workspace, image):
        super().__init__(workspace, image)
        self.port, self.redirecting_port = peer.PORT, REDIRECTING

    def _seen_as(self):
        return f"[{FAR_IPV6}]"

    def _network(self, _):
        return f"{machine.USER_NETWORK},net={lio.NETWORK}"

    def _make_guest(self, network):
        guest = super()._make_guest(network)
        guest.add("-netdev", private_network.lay_cable(1),
                  "-device", "virtio-net-pci,netdev=net1,mac=52:54:00:12:34:57,romfile=")
        for address, cable in ((FAR_ROUTER_IPV6, "tap1"), (NEAR_ROUTER_IPV6, private_network.CABLE)):
            run("ip", "addr", "add", f"{address}/64", "dev", cable, "nodad")
        for version, switch in (("ipv4", "ip_forward"), ("ipv6", "conf/all/forwarding")):
            pathlib.Path(f"/proc/sys/net/{version}/{switch}").write_text("1", encoding="ascii")
        return guest

    def _set_addresses(self):
        for command in (f"ifconfig vtnet1 inet {FAR}/24",
                        f"ifconfig vtnet1 inet6 {FAR_IPV6}/64 -ifdisabled",
                        f"route -q add -net 10.0.2.0/24 {FAR_ROUTER}",
                        f"route -q add -6 default {FAR_ROUTER_IPV6}"):
            self.guest.call(command)


@contextlib.contextmanager
def serving(workspace, image, chap=(), host=lio.LOOPBACK):
    """As target.serving()."""
    target = Ctld(workspace, image, chap, host)
    target.start()
    try:
        yield target
    finally:
        target.end()
