"""A switch whose port to the machine is tagged: what the machine sends with its VLAN's tag leaves
at the cable without one, and the other way round. Everything else is dropped. The host's kernel
need not know VLANs."""

import contextlib
import fcntl
import os
import select
import socket
import struct
import threading

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000  # linux/if_tun.h
ETHERTYPE_VLAN = 0x8100  # IEEE 802.1Q
ADDRESSES = 12           # bytes of the two MAC addresses, before the tag
FRAME = 2048
MACHINE, SWITCH = "machine.sock", "switch.sock"
# What QEMU plugs the NIC into; it runs in the directory of the run.
NETDEV = (f"dgram,id=net,local.type=unix,local.path={MACHINE},"
          f"remote.type=unix,remote.path={SWITCH}")


@contextlib.contextmanager
def running(workspace, cable, vlan):
    """Switches between the machine and the tap `cable` while the block runs."""
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", cable.encode(), IFF_TAP | IFF_NO_PI))
    port = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wake, stop = os.pipe()
    # A path relative to the run's directory would not fit every thread; an open one always does.
    directory = os.open(workspace.path, os.O_RDONLY)
    base = f"/proc/self/fd/{directory}"
    port.bind(f"{base}/{SWITCH}")
    tag = struct.pack(">HH", ETHERTYPE_VLAN, vlan)
    thread = threading.Thread(target=_switch, args=(tap, port, f"{base}/{MACHINE}", tag, wake))
    thread.start()
    try:
        yield
    finally:
        os.write(stop, b".")
        thread.join()
        port.close()
        for descriptor in (tap, wake, stop, directory):
            os.close(descriptor)


def _switch(tap, port, machine, tag, wake):
    while True:
        ready, _, _ = select.select([tap, port, wake], [], [])
        if wake in ready:
            return
        if tap in ready:
            frame = os.read(tap, FRAME)
            with contextlib.suppress(OSError):  # the machine is not there yet, or no longer
                port.sendto(frame[:ADDRESSES] + tag + frame[ADDRESSES:], machine)
        if port in ready:
            frame = port.recv(FRAME)
            if frame[ADDRESSES:ADDRESSES + len(tag)] == tag:
                os.write(tap, frame[:ADDRESSES] + frame[ADDRESSES + len(tag):])
