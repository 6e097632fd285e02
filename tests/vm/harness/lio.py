"""The kernel's own target, LIO, in a machine of its own whose port QEMU shows on the host: what speaks
to a target there speaks to it as to any other."""

import contextlib

from . import machine, peer, rewriting
from .target import NAME, free_port

GROUP = f"/sys/kernel/config/target/iscsi/{NAME}/tpgt_1"
# Of QEMU, which shows the one who connects under his own address: it must not be among these.
NETWORK, ADDRESS, ROUTER = "10.9.0.0/24", "10.9.0.15", "10.9.0.2"
LOOPBACK = "127.0.0.1"
ACCOUNT = ("userid", "password", "userid_mutual", "password_mutual")


class Lio:
    """As target.Target. `kill` takes its machine's power. `cache`: as of peer.Peer."""

    def __init__(self, workspace, image, chap=None, host=LOOPBACK, cache=peer.WRITTEN_THROUGH):
        self.port = free_port(host)
        self.chap = chap
        self.peer = None
        self._workspace = workspace
        # A flush need not reach the host's disk: it is QEMU that ends, not the host. LIO is told that
        # there is no room; QEMU would stop its machine.
        self._image = f"{image},cache=unsafe,werror=report"
        self._host = host
        self._cache = cache
        self._life = contextlib.ExitStack()

    def start(self):
        with contextlib.ExitStack() as life:
            self.peer = life.enter_context(self._make_peer(life).running())
            self.peer.order(f"ip addr add {ADDRESS}/24 dev eth0 && ip link set eth0 up && "
                            f"ip route add default via {ROUTER}")
            if self.chap:
                self.set_account()
            self._life = life.pop_all()

    def kill(self):
        self.peer.lose_power()
        self._life.close()

    def end(self):
        self._life.close()

    def set_account(self):
        """From now on `chap` is what a login must prove."""
        for name, value in zip(ACCOUNT, self.chap):
            self.peer.order(f"echo -n '{value}' >{GROUP}/auth/{name}")
        self.peer.order(f"echo 1 >{GROUP}/attrib/authentication")

    def _make_peer(self, life):
        forwarded = forwarding(life, self._host, self.port, peer.PORT)
        netdev = f"{machine.USER_NETWORK},net={NETWORK},{forwarded}"
        return peer.Peer(self._workspace / "peer", self._image, netdev, self._cache)


def forwarding(life, host, port, to):
    """What makes QEMU's network show the machine's port `to` as `port` of `host`. QEMU's own forwarding
    knows IPv4 alone: for IPv6 a relay is in front of it, for as long as `life`."""
    if not host.startswith("["):
        return f"hostfwd=tcp:{host}:{port}-:{to}"
    behind = free_port(LOOPBACK)
    life.enter_context(rewriting.relaying(behind, host=host.strip("[]"), at=port))
    return f"hostfwd=tcp:{LOOPBACK}:{behind}-:{to}"


@contextlib.contextmanager
def serving(workspace, image, chap=(), host=LOOPBACK, cache=peer.WRITTEN_THROUGH):
    """As target.serving(); `cache`: as of peer.Peer."""
    target = Lio(workspace, image, chap, host, cache)
    target.start()
    try:
        yield target
    finally:
        target.end()
