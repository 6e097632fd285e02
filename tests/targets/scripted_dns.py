"""A DNS server that answers as it is told, on port 53 of an address of this machine; UDP and TCP."""

import contextlib
import select
import socket
import struct
import threading

A, CNAME, AAAA = 1, 5, 28
NO_ERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TRUNCATED = 0x0200


def name_bytes(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def question_of(query):
    """The name and the type that are asked for, and the bytes of both."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += query[at] + 1
    return ".".join(labels), struct.unpack(">H", query[at + 1:at + 3])[0], query[12:at + 5]


def record(owner, kind, data):
    return name_bytes(owner) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def address(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_pton(family, text)


def answer(query, rcode=NO_ERROR, records=(), flags=0, number=None):
    number = query[:2] if number is None else number
    _, _, asked = question_of(query)
    return (number + struct.pack(">HHHHH", 0x8180 | flags | rcode, 1, len(records), 0, 0) + asked
            + b"".join(records))


def addresses(*texts):
    """Answers any name with these."""
    def reply(query, _is_tcp):
        name, kind, _ = question_of(query)
        wanted = [text for text in texts if (":" in text) == (kind == AAAA)]
        return answer(query, records=[record(name, kind, address(text)) for text in wanted])
    return reply


def code(rcode):
    return lambda query, _is_tcp: answer(query, rcode)


def silent(_query, _is_tcp):
    return None


def large(*texts):
    """Says so in a datagram, and gives all over TCP."""
    def reply(query, is_tcp):
        if not is_tcp:
            return answer(query, flags=TRUNCATED)
        return addresses(*texts)(query, is_tcp)
    return reply


def circle(query, _is_tcp):
    name, _, _ = question_of(query)
    return answer(query, records=[record(name, CNAME, name_bytes("other.example")),
                                  record("other.example", CNAME, name_bytes(name))])


def other_number(query, _is_tcp):
    name, kind, _ = question_of(query)
    return answer(query, records=[record(name, kind, address("192.0.2.66"))],
                  number=bytes([query[0] ^ 1, query[1]]))


def other_name(query, _is_tcp):
    return answer(query, records=[record("other.example", A, address("192.0.2.66"))])


def damaged(query, _is_tcp):
    return answer(query, records=[b"\xc0\xff" * 4])


def noise(_query, _is_tcp):
    return b"\xff" * 600


class Server:
    """What was asked is in `asked`: (name, type, over TCP)."""

    def __init__(self, reply, where):
        self._reply = reply
        self._ends = False
        self.asked = []
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((where, 53))
        self._listener = socket.create_server((where, 53))

    def serve(self):
        """Until end()."""
        both = [self._datagrams, self._listener]
        while not self._ends:
            for ready in select.select(both, [], [], 0.02)[0]:
                with contextlib.suppress(OSError, struct.error):
                    if ready is self._datagrams:
                        self._datagram()
                    else:
                        self._connection()
        for one in both:
            one.close()

    def _datagram(self):
        query, asker = self._datagrams.recvfrom(4096)
        said = self._said(query, False)
        if said is not None:
            self._datagrams.sendto(said, asker)

    def _connection(self):
        with self._listener.accept()[0] as stream:
            size = struct.unpack(">H", stream.recv(2))[0]
            said = self._said(stream.recv(size), True)
            if said is not None:
                stream.sendall(struct.pack(">H", len(said)) + said)

    def _said(self, query, is_tcp):
        name, kind, _ = question_of(query)
        self.asked.append((name, kind, is_tcp))
        return self._reply(query, is_tcp)

    def end(self):
        self._ends = True


@contextlib.contextmanager
def serving(reply, where="127.0.0.1"):
    """Yields the Server while the block runs."""
    server = Server(reply, where)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
