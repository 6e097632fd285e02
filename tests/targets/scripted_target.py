"""An iSCSI target that breaks the rules it is told to break, on a free port of 127.0.0.1.

It knows as much of RFC 7143 as a login, a discovery and a look at a disk of zeros take. Each
connection is served by a thread of its own; what goes wrong there ends the connection.
"""

import contextlib
import dataclasses
import hashlib
import os
import socket
import struct
import threading
import time

BLOCKS = 65536
LOGIN, LOGIN_RESPONSE, TEXT, TEXT_RESPONSE = 0x03, 0x23, 0x04, 0x24
NOP, NOP_IN = 0x00, 0x20
COMMAND, COMMAND_RESPONSE, DATA_IN, LOGOUT, LOGOUT_RESPONSE = 0x01, 0x21, 0x25, 0x06, 0x26
REPORT_LUNS, INQUIRY, TEST_UNIT_READY = 0xa0, 0x12, 0x00
READ_CAPACITY_10, READ_CAPACITY_16, READ_10, READ_16 = 0x25, 0x9e, 0x28, 0x88
START_STOP_UNIT = 0x1b
NO_LUN, NO_COMMAND, ATTENTION = (5, 0x25, 0), (5, 0x20, 0), (6, 0x29, 0)
NOT_READY, RECOVERED, ABORTED = (2, 4, 1), (1, 0x17, 1), (0xb, 0x47, 3)
STANDBY, NO_MEDIUM, STOPPED = (2, 4, 0xb), (2, 0x3a, 0), (2, 4, 2)
INQUIRY_DATA = bytes([0, 0, 6, 2, 31, 0, 0, 2]) + b"EXAMPLE SCRIPTED DISK   0001"
BUSY, TASK_SET_FULL = 8, 0x28  # SCSI status
ASYNC = 0x32
# What a target says unasked: an event (RFC 7143 section 11.9.1), or a NOP-In.
GREETINGS = {"nop": None, "ping": None, "scsi event": 0, "logout wanted": 1, "negotiate": 4,
             "tasks end": 5, "vendor": 255}


@dataclasses.dataclass
class Script:  # pylint: disable=too-many-instance-attributes
    """What it says and does; without a word it follows the rules."""
    security: tuple = ("AuthMethod=None", "TargetPortalGroupTag=1")
    operational: tuple | None = None   # this, whatever was offered
    further: tuple = ()                # behind what the offers ask for
    waits: bool = False                # the first operational answer has no T
    again: tuple = ()                  # said in the second one then
    cmd_sn_ahead: int = 0
    stat_sn_stays: bool = False
    tsih: int = 77
    last_nul: bool = True
    targets: tuple = ("TargetName=iqn.2026-11.org.example:disk", "TargetAddress=127.0.0.1:3260,1")
    chap: tuple = ()                   # (name, secret): proves the initiator by MD5
    reverse: tuple = ()                # (name, secret): proves itself when it is asked to
    method: str = "CHAP"               # its AuthMethod then
    challenge: str = "CHAP_I=9"        # how it names its challenge
    proved: tuple = ()                 # said behind the proof
    luns: tuple = (1,)
    lun0_lists: bool = True            # answers REPORT LUNS where it has no LUN
    refused: tuple = ()                # commands that it does not have
    attentions: tuple = ()             # commands that are answered with a unit attention once
    senses: tuple = ()                 # (command, sense or SCSI status): once for each such pair
    always: tuple = ()                 # the same, each time
    answers: tuple = ()                # (command, bytes): said in place of the honest answer
    ends_at: tuple = ()                # commands at which it closes the connection
    sizes: tuple = ()                  # (command, bytes): the answer is cut to that
    header: tuple = ()                 # (offset, byte): of each login response
    spoils_last: bool = False          # of the last login response only
    segment: int = 0                   # text goes in pieces of so many bytes, with the C bit
    greets: tuple = ()                 # GREETINGS, right behind the login
    redirect: tuple = ()               # keys; each login is sent away with them
    sizeless: float = 0                # seconds of each connection in which the disk has no size
    block_size: int = 512
    stopped: bool = False              # until it is told to start


def pairs(values, last_nul=True):
    text = b"".join(value.encode("latin-1") + b"\0" for value in values)
    return text if last_nul else text[:-1]


def padded(data):
    return data + bytes(-len(data) % 4)


def header(opcode, flags, length, rest):
    return struct.pack(">BBHI", opcode, flags, 0, length) + rest


class Connection:
    """One connection, from the login to its end."""

    def __init__(self, stream, script):
        self._stream = stream
        self._script = script
        self._stat_sn = 1
        self._cmd_sn = 0
        self._attentions = list(script.attentions)
        self._senses = list(script.senses)
        self._challenge = os.urandom(16)
        self._operational = 0
        self._is_discovery = False
        self._start = time.monotonic()
        self._stopped = script.stopped

    def serve(self):
        while not self._login():
            pass
        while self._command():
            pass

    def _receive(self):
        basic = self._read(48)
        length = int.from_bytes(basic[5:8], "big")
        return basic, self._read(len(padded(bytes(length))))[:length]

    def _read(self, count):
        data = b""
        while len(data) < count:
            more = self._stream.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _login(self):
        """Answers one request; whether the login is complete."""
        asked, data = self._receive()
        if asked[0] & 0x3f != LOGIN:
            raise EOFError
        stage, wanted, transit = asked[1] >> 2 & 3, asked[1] & 3, asked[1] & 0x80
        self._cmd_sn = int.from_bytes(asked[24:28], "big")
        offers = dict(pair.split("=", 1) for pair in data.decode("latin-1").split("\0") if pair)
        self._is_discovery |= offers.get("SessionType") == "Discovery"
        if stage == 0:
            answer, goes_on, status = self._security(offers)
        else:
            answer, goes_on = self._parameters(offers)
            status = 0
        goes_on = goes_on and transit and not status
        done = goes_on and wanted == 3
        if self._script.redirect and not self._is_discovery:
            answer, goes_on, done, status = self._script.redirect, False, False, 0x0101
        text = pairs(answer, self._script.last_nul) if answer else b""
        piece = self._script.segment or len(text)
        while len(text) > piece:
            self._respond(asked, stage << 2 | 0x40, text[:piece], 0)
            text = text[piece:]
            asked = self._receive()[0]
        flags = stage << 2 | (0x80 | wanted if goes_on else 0)
        self._respond(asked, flags, text, status, done)
        if status:
            raise EOFError
        if done and not self._is_discovery:
            self._greet()
        return done

    def _respond(self, asked, flags, text, status, done=False):
        script = self._script
        rest = asked[8:14] + struct.pack(">H", script.tsih if done else 0)
        rest += asked[16:20] + bytes(4) + struct.pack(
            ">IIIH", self._stat_sn, self._cmd_sn + script.cmd_sn_ahead & 0xffffffff,
            self._cmd_sn + 32, status) + bytes(10)
        packet = bytearray(header(LOGIN_RESPONSE, flags, len(text), rest) + padded(text))
        if done or not script.spoils_last:
            for offset, byte in script.header:
                packet[offset] = byte
        self._stream.sendall(packet)
        if not script.stat_sn_stays:
            self._stat_sn += 1

    def _greet(self):
        for greeting in self._script.greets:
            event = GREETINGS[greeting]
            numbers = struct.pack(">III", self._stat_sn, self._cmd_sn, self._cmd_sn + 32)
            if event is None:
                tag = struct.pack(">I", 5 if greeting == "ping" else 0xffffffff)
                rest = bytes(8) + b"\xff" * 4 + tag + numbers + bytes(12)
                self._stream.sendall(header(NOP_IN, 0x80, 0, rest))
            else:
                rest = bytes(8) + b"\xff" * 4 + bytes(4) + numbers + bytes([event]) + bytes(11)
                self._stream.sendall(header(ASYNC, 0x80, 0, rest))
                self._stat_sn += 1

    def _security(self, offers):
        if not self._script.chap:
            answer = self._script.security
            if self._is_discovery:
                answer = [pair for pair in answer if not pair.startswith("TargetPortalGroupTag")]
            return answer, True, 0
        name, secret = self._script.chap
        if "CHAP_R" in offers:
            proof = hashlib.md5(b"\x09" + secret.encode() + self._challenge).hexdigest()
            right = offers["CHAP_N"] == name and offers["CHAP_R"][2:].lower() == proof
            return (*self._script.proved, *self._proof(offers)), right, 0 if right else 0x0201
        if "CHAP_A" in offers:
            return ("CHAP_A=5", self._script.challenge,
                    "CHAP_C=0x" + self._challenge.hex()), False, 0
        return (f"AuthMethod={self._script.method}", "TargetPortalGroupTag=1"), False, 0

    def _proof(self, offers):
        if not self._script.reverse or "CHAP_C" not in offers:
            return ()
        name, secret = self._script.reverse
        proof = hashlib.md5(bytes([int(offers["CHAP_I"])]) + secret.encode()
                            + bytes.fromhex(offers["CHAP_C"][2:])).hexdigest()
        return f"CHAP_N={name}", f"CHAP_R=0x{proof}"

    def _parameters(self, offers):
        self._operational += 1
        if self._operational > 1:
            return self._script.again, True
        if self._script.operational is not None:
            return self._script.operational, not self._script.waits
        values = {**offers, "HeaderDigest": "None", "DataDigest": "None", "DefaultTime2Wait": "2",
                  "MaxRecvDataSegmentLength": "65536"}
        if "MaxBurstLength" in offers:
            values.update(MaxBurstLength="262144", FirstBurstLength="65536")
        return ([f"{key}={value}" for key, value in values.items()] + list(self._script.further),
                not self._script.waits)

    def _numbers(self):
        return struct.pack(">III", self._stat_sn, self._cmd_sn + 1, self._cmd_sn + 32)

    def _command(self):
        """Answers one request of the full-feature phase; whether there may be more."""
        asked, sent = self._receive()
        opcode, task = asked[0] & 0x3f, asked[16:20]
        if not asked[0] & 0x40:
            self._cmd_sn = int.from_bytes(asked[24:28], "big")
        if opcode == TEXT:
            text = pairs(self._script.targets)
            rest = bytes(8) + task + b"\xff" * 4 + self._numbers() + bytes(12)
            self._stream.sendall(header(TEXT_RESPONSE, 0x80, len(text), rest) + padded(text))
        elif opcode == COMMAND:
            self._scsi(asked, task)
        elif opcode == NOP and task != b"\xff" * 4:
            rest = asked[8:16] + task + b"\xff" * 4 + self._numbers() + bytes(12)
            self._stream.sendall(header(NOP_IN, 0x80, len(sent), rest) + padded(sent))
        elif opcode == LOGOUT:
            rest = bytes(8) + task + bytes(4) + self._numbers() + bytes(12)
            self._stream.sendall(header(LOGOUT_RESPONSE, 0x80, 0, rest))
        self._stat_sn += 1
        return opcode in (NOP, TEXT, COMMAND)

    def _scsi(self, asked, task):
        wanted = int.from_bytes(asked[20:24], "big")
        lun = (asked[8] & 0x3f) << 8 | asked[9]
        sense, data = self._answer(lun, asked[32:48])
        data = data[:dict(self._script.sizes).get(asked[32], len(data))]
        if isinstance(sense, int):
            rest = bytes(8) + task + bytes(4) + self._numbers() + bytes(12)
            packet = header(COMMAND_RESPONSE, 0x80, 0, rest)
            self._stream.sendall(packet[:3] + bytes([sense]) + packet[4:])
            return
        if sense:
            key, code, qualifier = sense
            data = bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, qualifier]) + bytes(4)
            data = struct.pack(">H", len(data)) + data
            rest = bytes(8) + task + bytes(4) + self._numbers() + bytes(12)
            packet = header(COMMAND_RESPONSE, 0x80, len(data), rest) + padded(data)
            self._stream.sendall(packet[:3] + b"\x02" + packet[4:])
            return
        data = data[:wanted]
        missing = wanted - len(data)
        if data:
            rest = asked[8:16] + task + b"\xff" * 4 + bytes(4) + self._numbers()[4:] + bytes(12)
            self._stream.sendall(header(DATA_IN, 0x80, len(data), rest) + padded(data))
        rest = bytes(8) + task + bytes(4) + self._numbers()
        rest += struct.pack(">III", 1 if data else 0, 0, missing)
        self._stream.sendall(header(COMMAND_RESPONSE, 0x82 if missing else 0x80, 0, rest))

    def _answer(self, lun, cdb):
        """Sense and data of one command."""
        script, opcode = self._script, cdb[0]
        if opcode in script.ends_at:
            raise EOFError
        for spoilt, sense in (*script.always, *self._senses):
            if spoilt == opcode and (lun in script.luns or opcode == REPORT_LUNS):
                if (spoilt, sense) in self._senses:
                    self._senses.remove((spoilt, sense))
                return sense, b""
        if opcode in script.refused:
            return NO_COMMAND, b""
        if (data := dict(script.answers).get(opcode)) and not (opcode == INQUIRY and cdb[1] & 1):
            return None, data
        if (opcode in (READ_CAPACITY_10, READ_CAPACITY_16)
                and time.monotonic() < self._start + script.sizeless):
            return NOT_READY, b""
        if opcode == REPORT_LUNS and (lun in script.luns or script.lun0_lists):
            entries = b"".join(struct.pack(">H", number | (0x4000 if number > 255 else 0)) + bytes(6)
                               for number in script.luns)
            return None, struct.pack(">II", len(entries), 0) + entries
        if opcode == INQUIRY:
            return self._inquiry(lun, cdb)
        if lun not in script.luns:
            return NO_LUN, b""
        if opcode in self._attentions:
            self._attentions.remove(opcode)
            return ATTENTION, b""
        if opcode == START_STOP_UNIT:
            self._stopped = not cdb[4] & 1
        elif self._stopped:
            return STOPPED, b""
        size = script.block_size
        answers = {TEST_UNIT_READY: b"", START_STOP_UNIT: b"",
                   READ_CAPACITY_10: struct.pack(">II", BLOCKS - 1, size),
                   READ_CAPACITY_16: struct.pack(">QI", BLOCKS - 1, size) + bytes(20),
                   READ_10: bytes(size * int.from_bytes(cdb[7:9], "big")),
                   READ_16: bytes(size * int.from_bytes(cdb[10:14], "big"))}
        return (None, answers[opcode]) if opcode in answers else (NO_COMMAND, b"")

    def _inquiry(self, lun, cdb):
        pages = {0x00: bytes([0x00, 0x80, 0x83]), 0x80: b"S001",
                 0x83: bytes([1, 3, 0, 8]) + bytes.fromhex("5000000000000001")}
        if cdb[1] & 1:
            page = pages.get(cdb[2])
            return (None, bytes([0, cdb[2], 0, len(page)]) + page) if page else (NO_COMMAND, b"")
        qualifier = 0 if lun in self._script.luns else 0x7f
        return None, bytes([qualifier]) + INQUIRY_DATA[1:]


@contextlib.contextmanager
def serving(script, host="127.0.0.1", port=0):
    """Yields the port, a free one unless it is given, while the block runs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        def accept():
            with contextlib.suppress(OSError):
                while True:
                    stream = listener.accept()[0]
                    threading.Thread(target=serve, args=(stream,), daemon=True).start()

        def serve(stream):
            with stream, contextlib.suppress(EOFError, OSError):
                Connection(stream, script).serve()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
