"""Another initiator with the machine's name and ISID: the target takes its login for the machine coming
back, and ends the session that is there (RFC 7143 section 6.3.5)."""

import hashlib
import socket
import struct

from . import machine
from .relay import BHS, EXP_STAT_SN_AT, LOGIN_REQUEST, STATUS_AT
from .target import NAME

IMMEDIATE = 0x40
# Byte 1 of a request: the stage it is in, and with T the one that it wants next.
SECURITY, SECURITY_DONE, OPERATIONAL_DONE = 0x00, 0x81, 0x87
MD5 = "5"
LIMIT = 20  # seconds for each answer


def log_in(port, isid, chap, host="127.0.0.1"):
    """The socket of its session, as long as the target leaves it that. `isid`: the machine's."""
    login = _Login(socket.create_connection((host, port), LIMIT), isid)
    login.ask(SECURITY, InitiatorName=machine.INITIATOR, TargetName=NAME, SessionType="Normal",
              AuthMethod="CHAP")
    challenge = login.ask(SECURITY, CHAP_A=MD5)
    proof = hashlib.md5(bytes([int(challenge["CHAP_I"])]) + chap[1].encode() +
                        bytes.fromhex(challenge["CHAP_C"].removeprefix("0x"))).hexdigest()
    login.ask(SECURITY_DONE, CHAP_N=chap[0], CHAP_R=f"0x{proof}")
    login.ask(OPERATIONAL_DONE, HeaderDigest="None", DataDigest="None")
    return login.socket


class _Login:

    def __init__(self, its_socket, isid):
        self.socket = its_socket
        self._isid = isid
        self._exp_stat_sn = 0

    def ask(self, flags, **keys):
        """The keys of the target's answer."""
        text = b"".join(f"{key}={value}\0".encode() for key, value in keys.items())
        header = bytearray(BHS)
        header[0:2] = IMMEDIATE | LOGIN_REQUEST, flags
        header[4:8] = struct.pack(">I", len(text))
        header[8:14] = self._isid
        header[EXP_STAT_SN_AT:EXP_STAT_SN_AT + 4] = struct.pack(">I", self._exp_stat_sn)
        self.socket.sendall(header + text + bytes(-len(text) % 4))
        return self._answer()

    def _answer(self):
        header = self._receive(BHS)
        length = int.from_bytes(header[5:8], "big")
        text = self._receive(length + -length % 4)[:length]
        if header[STATUS_AT:STATUS_AT + 2] != b"\0\0":
            raise AssertionError(f"the rival's login: status {header[STATUS_AT:STATUS_AT + 2].hex()}")
        self._exp_stat_sn = int.from_bytes(header[24:28], "big") + 1
        return dict(pair.partition("=")[::2] for pair in text.decode().split("\0"))

    def _receive(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise AssertionError("the target ended the rival's login")
            data += part
        return data
