"""FreeBSD's own target, ctld(8), in a machine of its own whose port QEMU shows on the host. Its system
is a copy of the image that ISBOOT_FREEBSD_IMAGE names."""

import contextlib
import os
import shutil

from . import freebsd, lio, machine, peer
from .target import LUN, NAME, free_port

REDIRECTING = peer.PORT + 1  # who logs in there is sent to the other port
SERVED = "/dev/vtbd1"


class Ctld:
    """As target.Target; `redirecting_port` leads to a portal that sends who logs in to `port`."""

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
            self.guest = life.enter_context(self._make_guest(life).running())
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

    def _settings(self):
        seen_as = f"[{machine.HOST_IPV6}]" if self._host.startswith("[") else machine.HOST
        proof = {0: "auth-group no-authentication", 2: "chap", 4: "chap-mutual"}[len(self._chap)]
        return ("portal-group served {", "discovery-auth-group no-authentication",
                f"listen 0.0.0.0:{peer.PORT}", "}",
                "portal-group redirected {", "discovery-auth-group no-authentication",
                f"listen 0.0.0.0:{REDIRECTING}", f'redirect "{seen_as}:{self.port}"', "}",
                f'target "{NAME}" {{', " ".join((proof, *(f'"{word}"' for word in self._chap))),
                "portal-group served", f"lun {LUN} {{", f"path {SERVED}", "blocksize 512", "}", "}")

    def _make_guest(self, life):
        self._folder.path.mkdir()
        system = self._folder / "system.img"
        shutil.copy(os.environ[freebsd.IMAGE], system)
        forwarded = "".join(f",{lio.forwarding(life, self._host, port, to)}" for port, to in (
            (self.port, peer.PORT), (self.redirecting_port, REDIRECTING)))
        return freebsd.local(self._folder, system, self._image,
                             f"{machine.USER_NETWORK},net={lio.NETWORK}{forwarded}")


@contextlib.contextmanager
def serving(workspace, image, chap=(), host=lio.LOOPBACK):
    """As target.serving()."""
    target = Ctld(workspace, image, chap, host)
    target.start()
    try:
        yield target
    finally:
        target.end()
