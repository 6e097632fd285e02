"""A relay between the machine and its target, which can do to a connection what networks and
targets do: reset it, refuse logins, give another TSIH. It also takes the time of every login.

Layouts of the PDUs: RFC 7143 section 11; none of these sessions has a digest.
"""

import collections
import contextlib
import queue
import selectors
import socket
import struct
import threading
import time

BHS = 48
LOGIN_REQUEST, LOGIN_RESPONSE, SCSI_RESPONSE, LOGOUT_RESPONSE = 0x03, 0x23, 0x21, 0x26
OPCODE = 0x3F
FULL_FEATURE = 0x83  # byte 1 of the last login response: T, NSG 3
ISID_AT, TSIH_AT, ITT_AT, EXP_STAT_SN_AT, CMD_SN_AT, STATUS_AT = 8, 14, 16, 28, 24, 36
SERVICE_UNAVAILABLE = 0x0301
OTHER_TSIH = 0x5A00
READ_SIZE = 1 << 16
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s

# Times of time.monotonic(): accepted, logged in, first good answer to a command.
Login = collections.namedtuple("Login", "accepted done answered")


class Relay:
    """`port`: where the machine finds its target, as if the target itself listened there.
    `logouts`: how many the target has granted; `refused`: how many logins it was told to refuse since;
    `isid`: of the last one that was asked for."""

    def __init__(self, target_port, host="127.0.0.1", target_host=None):
        self._host = host
        self._target = (target_host or host, target_port)
        self._selector = selectors.DefaultSelector()
        self._listener = None
        self._pairs = set()
        self._orders = queue.SimpleQueue()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, self._obey)
        self.port = self._open(0)
        self.refuses = False
        self.refused = 0
        self.changes_tsih = False
        self.logins = []
        self.logouts = 0
        self.isid = bytes(6)
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self):
        self._ask(self._finish)
        self._thread.join()
        self._wake.close()
        self._woken.close()

    def listen(self, on):
        """Without it a connection is refused, as by a machine on which nothing listens."""
        self._ask(lambda: self._open(self.port) if on else self._close())

    def in_use(self):
        """How many connections there are whose logout the target has not granted."""
        return self._ask(self._in_use)

    def reset(self):
        """RST to both ends of every connection; how many of them were in use."""
        return self._ask(self._reset)

    def refuse(self, on):
        """Logins are answered with "service unavailable"; connections that are there end."""
        self.refuses = on
        self.refused = 0
        if on:
            self.reset()

    def drop(self, pair):
        for end in (pair.guest, pair.target):
            self._selector.unregister(end.socket)
            end.socket.close()
        self._pairs.discard(pair)

    def watch(self, end, callback):
        """Reads on; how much can be unsent is bounded by what iSCSI lets both sides send."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if end.unsent else 0)
        self._selector.modify(end.socket, events, callback)

    def _ask(self, order):
        answer = queue.SimpleQueue()
        self._orders.put((order, answer))
        self._wake.send(b"x")
        return answer.get()

    def _obey(self, _):
        self._woken.recv(READ_SIZE)
        while not self._orders.empty():
            order, answer = self._orders.get()
            answer.put(order())

    def _run(self):
        while not self._ended:
            for key, events in self._selector.select():
                # What came before in this round may have closed it.
                if key.fileobj.fileno() >= 0:
                    key.data(events)

    def _finish(self):
        self._reset()
        self._close()
        self._ended = True

    def _open(self, port):
        if self._listener is None:
            self._listener = socket.create_server((self._host, port))
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        return self._listener.getsockname()[1]

    def _close(self):
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _in_use(self):
        return sum(not pair.logged_out for pair in self._pairs)

    def _reset(self):
        used = self._in_use()
        for pair in list(self._pairs):
            for end in (pair.guest, pair.target):
                end.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.drop(pair)
        return used

    def _accept(self, _):
        guest, _ = self._listener.accept()
        try:
            target = socket.create_connection(self._target)
        except OSError:
            guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            guest.close()
            return
        pair = Pair(self, guest, target)
        self._pairs.add(pair)
        for end in (pair.guest, pair.target):
            self._selector.register(end.socket, selectors.EVENT_READ, end.on_events)


class Pair:
    """One connection of the machine, and the one to the target that belongs to it."""

    def __init__(self, relay, guest, target):
        self._relay = relay
        self._accepted = time.monotonic()
        self._login = None
        self.logged_out = False
        self.guest, self.target = End(self, guest), End(self, target)
        self.guest.other, self.target.other = self.target, self.guest
        self.guest.pdus, self.target.pdus = Pdus(self._from_guest), Pdus(self._from_target)

    def end(self):
        self._relay.drop(self)

    def watch(self):
        for end in (self.guest, self.target):
            self._relay.watch(end, end.on_events)

    def _from_guest(self, header):
        if header[0] & OPCODE != LOGIN_REQUEST:
            return header
        self._relay.isid = bytes(header[ISID_AT:TSIH_AT])
        if self._relay.refuses:
            self._relay.refused += 1
            self.guest.socket.sendall(refusal(header))
            return None
        return header

    def _from_target(self, header):
        opcode = header[0] & OPCODE
        if opcode == LOGIN_RESPONSE and header[1] & FULL_FEATURE == FULL_FEATURE:
            if self._relay.changes_tsih:
                header[TSIH_AT:TSIH_AT + 2] = struct.pack(
                    ">H", OTHER_TSIH + len(self._relay.logins))
            self._login = len(self._relay.logins)
            self._relay.logins.append(Login(self._accepted, time.monotonic(), None))
        elif opcode == SCSI_RESPONSE and header[3] == 0 and self._login is not None:
            logins = self._relay.logins
            logins[self._login] = logins[self._login]._replace(answered=time.monotonic())
            self._login = None
        elif opcode == LOGOUT_RESPONSE and header[2] == 0:
            self._relay.logouts += 1
            self.logged_out = True
        return header


class End:
    """One of the two sockets of a pair."""

    def __init__(self, pair, its_socket):
        its_socket.setblocking(False)
        its_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = its_socket
        self.unsent = bytearray()
        self.other = None
        self.pdus = None
        self._pair = pair

    def on_events(self, events):
        try:
            if events & selectors.EVENT_WRITE and self.unsent:
                self.send()
            if events & selectors.EVENT_READ:
                self._read()
            self._pair.watch()
        except (OSError, EOFError):
            self._pair.end()

    def _read(self):
        data = self.socket.recv(READ_SIZE)
        if not data:
            raise EOFError
        self.other.unsent += self.pdus.through(data)
        self.other.send()

    def send(self):
        """What the socket takes now; the rest when it takes more, for which the pair is watched."""
        with contextlib.suppress(BlockingIOError):
            del self.unsent[:self.socket.send(self.unsent)]


class Pdus:
    """Hands on a stream, and shows each header (a bytearray) to `look`, which returns the header
    to hand on; None ends the connection."""

    def __init__(self, look):
        self._look = look
        self._header = bytearray()
        self._body = 0

    def through(self, data):
        out = bytearray()
        while data:
            if self._body:
                out += data[:self._body]
                self._body, data = max(0, self._body - len(data)), data[self._body:]
                continue
            missing = BHS - len(self._header)
            self._header += data[:missing]
            data = data[missing:]
            if len(self._header) == BHS:
                header, self._header = self._look(self._header), bytearray()
                if header is None:
                    raise EOFError
                out += header
                self._body = 4 * header[4] + -(-int.from_bytes(header[5:8], "big") // 4) * 4
        return bytes(out)


def refusal(request):
    """The login response "service unavailable" (RFC 7143 section 11.13.5) to a request."""
    answer = bytearray(BHS)
    answer[0] = LOGIN_RESPONSE
    answer[8:14] = request[8:14]  # ISID
    answer[ITT_AT:ITT_AT + 4] = request[ITT_AT:ITT_AT + 4]
    command = request[CMD_SN_AT:CMD_SN_AT + 4]
    answer[24:28] = request[EXP_STAT_SN_AT:EXP_STAT_SN_AT + 4]  # StatSN: what is expected
    answer[28:32] = answer[32:36] = command  # ExpCmdSN, MaxCmdSN
    struct.pack_into(">H", answer, STATUS_AT, SERVICE_UNAVAILABLE)
    return answer
