"""A relay that changes what the machine says to its target."""

import contextlib
import socket
import threading

_CHUNK = 1 << 16
LOOPBACK = "127.0.0.1"
# tgt 1.0.85 takes 7 for SHA-1, which it has not, and refuses the login; EDK2 offers 7 (SHA-256)
# before 5 (MD5). Of the same length, so that no PDU changes its own.
ONLY_MD5 = (b"CHAP_A=7,5\0", b"CHAP_A=5,5\0")
NOTHING = (b"", b"")


@contextlib.contextmanager
def relaying(to_port, change=NOTHING, host=LOOPBACK, to_host=LOOPBACK, at=0):
    """Yields the port of `host` that leads to `to_port` of `to_host` while the block runs; `at`: which
    port that is to be; `change`: (what is replaced, by what)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, at), family=family) as listener:
        threading.Thread(target=_accept, args=(listener, (to_host, to_port), change),
                         daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener, to, change):
    with contextlib.suppress(OSError):  # the block has ended
        while True:
            guest, _ = listener.accept()
            target = socket.create_connection(to)
            for pair, what in (((guest, target), change), ((target, guest), NOTHING)):
                threading.Thread(target=_pump, args=(*pair, *what), daemon=True).start()


def _pump(source, sink, old, new):
    """A login's keys come in one piece: each is less than a packet holds."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data.replace(old, new) if old else data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
    source.close()
