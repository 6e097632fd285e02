"""Who asks a DHCP server for addresses: the identity that the server goes by."""

import socket

SERVER_PORT = 67
UDP_HEADER = 8
# RFC 2131 section 2: where a message has its kind and the client's hardware address; the options
# come behind four bytes that say that they are there (section 3).
REQUEST = 1
CHADDR, MAC_LENGTH = 28, 6
OPTIONS = 240
# RFC 2132 sections 3.1, 3.2 and 9.14.
PAD, END, CLIENT_IDENTIFIER = 0, 255, 61
LONGEST = 65535


class DhcpRecord:
    """Sees what comes in by UDP to the network that it is made in, from then on."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self._socket.setblocking(False)
        self._identities = set()

    def close(self):
        self._socket.close()

    def identities(self):
        """(MAC, client identifier in hex or None) of each client until now."""
        while True:
            try:
                packet = self._socket.recv(LONGEST)
            except BlockingIOError:
                return self._identities
            self._take(packet[(packet[0] & 15) * 4:])

    def _take(self, datagram):
        message = datagram[UDP_HEADER:]
        if int.from_bytes(datagram[2:4], "big") != SERVER_PORT or message[0] != REQUEST:
            return
        identifier = _options(message[OPTIONS:]).get(CLIENT_IDENTIFIER)
        self._identities.add((message[CHADDR:CHADDR + MAC_LENGTH].hex(":"),
                              identifier and identifier.hex()))


def _options(data):
    """Number → contents."""
    found, at = {}, 0
    while at < len(data) and data[at] != END:
        if data[at] == PAD:
            at += 1
            continue
        found[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found
