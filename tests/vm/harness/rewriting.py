"""A relay that changes what the machine says to its target."""

import contextlib
import socket
import threading

_CHUNK = 1 << 16
# tgt 1.0.85 takes 7 for SHA-1, which it has not, and refuses the login; EDK2 offers 7 (SHA-256)
# before 5 (MD5). Of the same length, so that no PDU changes its own.
ONLY_MD5 = (b"CHAP_A=7,5\0", b"CHAP_A=5,5\0")


@contextlib.contextmanager
def relaying(to_port, change):
    """Yields the port that leads to `to_port`, both of the loopback interface, while the block
    runs; `change`: (what is replaced, by what)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, to_port, change), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener, to_port, change):
    with contextlib.suppress(OSError):  # the block has ended
        while True:
            guest, _ = listener.accept()
            target = socket.create_connection(("127.0.0.1", to_port))
            for pair, what in (((guest, target), change), ((target, guest), (b"", b""))):
                threading.Thread(target=_pump, args=(*pair, *what), daemon=True).start()


def _pump(source, sink, old, new):
    """A login's keys come in one piece: each is less than a packet holds."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data.replace(old, new) if old else data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
    source.close()
