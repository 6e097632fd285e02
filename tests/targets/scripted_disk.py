"""The disks of a scripted target: what they say to a SCSI command (SPC-5, SBC-4)."""

import struct
import time

BLOCKS = 65536
REPORT_LUNS, INQUIRY, TEST_UNIT_READY = 0xa0, 0x12, 0x00
READ_CAPACITY_10, READ_CAPACITY_16, READ_10, READ_16 = 0x25, 0x9e, 0x28, 0x88
START_STOP_UNIT, MODE_SENSE = 0x1b, 0x1a
NO_LUN, NO_COMMAND, ATTENTION = (5, 0x25, 0), (5, 0x20, 0), (6, 0x29, 0)
NOT_READY, RECOVERED, ABORTED = (2, 4, 1), (1, 0x17, 1), (0xb, 0x47, 3)
STANDBY, NO_MEDIUM, STOPPED = (2, 4, 0xb), (2, 0x3a, 0), (2, 4, 2)
INQUIRY_DATA = bytes([0, 0, 6, 2, 31, 0, 0, 2]) + b"EXAMPLE SCRIPTED DISK   0001"
BUSY, CONFLICT, TASK_SET_FULL = 8, 0x18, 0x28  # SCSI status
WRITE_PROTECTED = bytes([3, 0, 0x80, 0])  # an answer to MODE SENSE


def capacity(block_size, *, blocks=BLOCKS, protection=0):
    """An answer to READ CAPACITY(16)."""
    return struct.pack(">QIB", blocks - 1, block_size, protection) + bytes(19)


def sense_data(key, code, qualifier, is_descriptor):
    if is_descriptor:
        return bytes([0x72, key, code, qualifier]) + bytes(4)
    return bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, qualifier]) + bytes(4)


class Disk:
    """All LUNs of one connection."""

    def __init__(self, script):
        self._script = script
        self._attentions = list(script.attentions)
        self._senses = list(script.senses)
        self._start = time.monotonic()
        self._stopped = script.stopped

    def answer(self, lun, cdb):
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
        if cdb[1] & 1 and (data := dict(self._script.pages).get(cdb[2])):
            return None, data
        if cdb[1] & 1:
            page = pages.get(cdb[2])
            return (None, bytes([0, cdb[2], 0, len(page)]) + page) if page else (NO_COMMAND, b"")
        qualifier = 0 if lun in self._script.luns else 0x7f
        return None, bytes([qualifier]) + INQUIRY_DATA[1:]
