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

from scripted_disk import Disk, sense_data

LOGIN, LOGIN_RESPONSE, TEXT, TEXT_RESPONSE = 0x03, 0x23, 0x04, 0x24
NOP, NOP_IN = 0x00, 0x20
COMMAND, COMMAND_RESPONSE, DATA_IN, LOGOUT, LOGOUT_RESPONSE = 0x01, 0x21, 0x25, 0x06, 0x26
ASYNC = 0x32
# What a target says unasked: an event (RFC 7143 section 11.9.1), or a NOP-In.
GREETINGS = {"nop": None, "ping": None, "loud ping": None, "scsi event": 0, "logout wanted": 1, "negotiate": 4,
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
    sense_bytes: int = 18              # of sense, which is cut to that
    is_descriptor: bool = False        # sense in descriptor format
    responses: tuple = ()              # (command, response): not carried out, in place of a status
    pages: tuple = ()                  # (page, bytes): the VPD page in place of the honest one
    piece: int = 0                     # Data-In comes in pieces of so many bytes
    data_sn_stays: bool = False
    last_piece_first: bool = False
    says_missing: bool = True          # how much less it sends than was asked for
    window: int = 31                   # how many more commands it takes beyond the next one
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
        self._challenge = os.urandom(16)
        self._operational = 0
        self._is_discovery = False
        self._disk = Disk(script)

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
                tag = struct.pack(">I", 0xffffffff if greeting == "nop" else 5)
                rest = bytes(8) + b"\xff" * 4 + tag + numbers + bytes(12)
                said = bytes(4096 if greeting == "loud ping" else 0)
                self._stream.sendall(header(NOP_IN, 0x80, len(said), rest) + said)
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
        return struct.pack(">III", self._stat_sn, self._cmd_sn + 1,
                           self._cmd_sn + 1 + self._script.window & 0xffffffff)

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
        if response := dict(self._script.responses).get(asked[32]):
            self._status(task, response=response)
            return
        sense, data = self._disk.answer(lun, asked[32:48])
        data = data[:dict(self._script.sizes).get(asked[32], len(data))][:wanted]
        if isinstance(sense, int):
            self._status(task, sense)
        elif sense:
            said = sense_data(*sense, self._script.is_descriptor)[:self._script.sense_bytes]
            self._status(task, 2, struct.pack(">H", len(said)) + said)
        else:
            self._data_in(asked, task, data)
            missing = wanted - len(data) if self._script.says_missing else 0
            self._status(task, flags=0x82 if missing else 0x80,
                         counts=struct.pack(">III", 1 if data else 0, 0, missing))

    def _data_in(self, asked, task, data):
        piece = self._script.piece or len(data)
        starts = range(0, len(data), piece or 1)
        for number, start in enumerate(reversed(starts) if self._script.last_piece_first else starts):
            part = data[start:start + piece]
            rest = asked[8:16] + task + b"\xff" * 4 + bytes(4) + self._numbers()[4:]
            rest += struct.pack(">III", 0 if self._script.data_sn_stays else number, start, 0)
            last = number == len(starts) - 1
            self._stream.sendall(header(DATA_IN, 0x80 if last else 0, len(part), rest) + padded(part))

    def _status(self, task, status=0, sense=b"", *, response=0, flags=0x80, counts=bytes(12)):  # pylint: disable=too-many-arguments
        rest = bytes(8) + task + bytes(4) + self._numbers() + counts
        packet = header(COMMAND_RESPONSE, flags, len(sense), rest) + padded(sense)
        self._stream.sendall(packet[:2] + bytes([response, status]) + packet[4:])


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
