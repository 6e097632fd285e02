"""The login alone, isboot beside Debian's iscsistart in the same machine: from the first login
request to the last login response, and from SYN, as the frames of the NIC show it."""

import collections
import statistics
import struct

# pylint: disable=wrong-import-position
import login
from harness import machine

RECORD = "frames.log"  # pcap; a workspace keeps its *.log
GLOBAL_HEADER, FRAME_HEADER, ETHERNET = 24, 16, 14
SYN, ACK = 0x02, 0x10
LOGIN_REQUEST, LOGIN_RESPONSE = 0x03, 0x23
FINAL = 0x83  # T and NSG full feature
# Byte 8 of the request: isboot's ISID is of the random type, open-iscsi's of the OUI type.
TOOLS = {0x80: "isboot", 0x00: "iscsistart"}
Connection = collections.namedtuple("Connection", "tool syn_ms login_ms")


def frames(record):
    """(seconds, source port, destination port, TCP flags, payload) of every TCP segment."""
    at = GLOBAL_HEADER
    while at + FRAME_HEADER <= len(record):
        seconds, micros, size, _ = struct.unpack_from("<IIII", record, at)
        frame = record[at + FRAME_HEADER:at + FRAME_HEADER + size]
        at += FRAME_HEADER + size
        if frame[12:14] != b"\x08\x00" or frame[ETHERNET + 9] != 6:
            continue
        packet = frame[ETHERNET:]
        packet = packet[:struct.unpack_from(">H", packet, 2)[0]]
        segment = packet[4 * (packet[0] & 15):]
        source, destination = struct.unpack_from(">HH", segment)
        yield (seconds + micros / 1e6, source, destination, segment[13],
               segment[4 * (segment[12] >> 4):])


def connections(record):
    """Every login that reached its end."""
    open_ones = {}
    for now, source, destination, flags, payload in frames(record):
        if flags & (SYN | ACK) == SYN:
            open_ones[source] = {"syn": now}
        elif payload and payload[0] & 0x3f == LOGIN_REQUEST and source in open_ones:
            open_ones[source].setdefault("login", (now, TOOLS.get(payload[8] & 0xc0)))
        elif payload and payload[0] == LOGIN_RESPONSE and payload[1] & FINAL == FINAL:
            known = open_ones.pop(destination, None)
            if known and "login" in known:
                start, tool = known["login"]
                yield Connection(tool, 1000 * (now - known["syn"]), 1000 * (now - start))


def main():
    from_kernel = machine.from_kernel
    recorded = []

    def recording(workspace, *arguments):
        guest = from_kernel(workspace, *arguments)
        guest.record(RECORD)
        recorded.append(workspace / RECORD)
        return guest

    machine.from_kernel = recording
    login.measure()
    found = list(connections(recorded[0].read_bytes()))
    medians = {}
    for tool in TOOLS.values():
        mine = [one for one in found if one.tool == tool]
        medians[tool] = [statistics.median(one.login_ms for one in mine),
                         statistics.median(one.syn_ms for one in mine)]
        print(f"{tool:10} {len(mine)} logins, median {medians[tool][0]:.2f} ms from the first request, "
              f"{medians[tool][1]:.2f} ms from SYN")
    ratios = [mine / theirs for mine, theirs in zip(*(medians[tool] for tool in TOOLS.values()))]
    print(f"isboot's login takes {ratios[0]:.2f} times iscsistart's, {ratios[1]:.2f} times with TCP")


if __name__ == "__main__":
    main()
