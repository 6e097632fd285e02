"""The variable store of OVMF: what a firmware's setup pages would have written.

Layout: EDK2, MdeModulePkg/Include/Guid/VariableFormat.h, authenticated variables.
"""

import struct
import uuid

NON_VOLATILE_AND_BOOT = 3  # attributes: kept, and only there until the system has started
_VOLUME_LENGTH_AT, _STORE_HEADER = 48, 28
_HEADER = "<HBBIQ16sIII16s"
_START, _ADDED, _ALIGNMENT = 0x55AA, 0x3F, 4


class Variables:
    """The store in the bytes of a VARS file, to which variables can be added."""

    def __init__(self, image):
        self.image = bytearray(image)
        volume, = struct.unpack_from("<H", self.image, _VOLUME_LENGTH_AT)
        size, = struct.unpack_from("<I", self.image, volume + 16)
        self._first, self._end = volume + _STORE_HEADER, volume + size

    def add(self, name, guid, value):
        """The caller sees to it that the name is new."""
        wide = (name + "\0").encode("utf-16le")
        entry = struct.pack(_HEADER, _START, _ADDED, 0, NON_VOLATILE_AND_BOOT, 0, bytes(16), 0,
                            len(wide), len(value), uuid.UUID(guid).bytes_le) + wide + value
        at = self._first
        for start, header in self._entries():
            at = _after(start, header)
        if at + len(entry) > self._end:
            raise ValueError(f"no room for the variable {name}")
        self.image[at:at + len(entry)] = entry

    def _entries(self):
        at = self._first
        while at + struct.calcsize(_HEADER) <= self._end:
            header = struct.unpack_from(_HEADER, self.image, at)
            if header[0] != _START:
                return
            yield at, header
            at = _after(at, header)


def _after(at, header):
    end = at + struct.calcsize(_HEADER) + header[7] + header[8]
    return -(-end // _ALIGNMENT) * _ALIGNMENT
