"""QEMU's monitor: the machine's cable, and packets that are lost on it."""

import json
import os
import socket
import time

SOCKET = "qmp.sock"
LIMIT = 120  # seconds until somebody listens there
TO_GUEST, FROM_GUEST = "to-guest", "from-guest"
# A redirector takes every frame of one direction; what goes to a null device is lost.
_QUEUES = {TO_GUEST: "tx", FROM_GUEST: "rx"}  # as the network's end of the NIC sees it
ARGUMENTS = ["-chardev", f"socket,id=qmp,path={SOCKET},server=on,wait=off",
             "-mon", "chardev=qmp,mode=control"]
for _name, _queue in _QUEUES.items():
    ARGUMENTS += ["-chardev", f"null,id=lost-{_name}",
                  "-object", f"filter-redirector,id={_name},netdev=net,queue={_queue},"
                             f"outdev=lost-{_name},status=off"]


class Monitor:
    """Of the QEMU that was started with ARGUMENTS in `directory`."""

    def __init__(self, directory):
        self._socket = socket.socket(socket.AF_UNIX)
        # By way of /proc: a path of a socket has 108 bytes at most.
        folder = os.open(directory, os.O_RDONLY)
        try:
            self._connect(f"/proc/self/fd/{folder}/{SOCKET}")
        finally:
            os.close(folder)
        self._lines = self._socket.makefile("rb")
        self._lines.readline()  # the greeting
        self._call("qmp_capabilities")

    def _connect(self, path):
        """The file is there before QEMU listens."""
        deadline = time.monotonic() + LIMIT
        while True:
            try:
                return self._socket.connect(path)
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def close(self):
        self._lines.close()
        self._socket.close()

    def plug(self, on):
        """The cable of the NIC in or out; the machine sees it."""
        self._call("set_link", name="net", up=on)

    def lose(self, direction, on):
        """Frames of TO_GUEST or FROM_GUEST are lost, without a word."""
        self._call("qom-set", path=f"/objects/{direction}", property="status",
                   value="on" if on else "off")

    def wake(self):
        """Ends the machine's sleep; it must be asleep (suspended to RAM)."""
        self._call("system_wakeup")

    def _call(self, command, **arguments):
        request = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = json.loads(self._lines.readline())
            if "error" in answer:
                raise RuntimeError(f"QEMU: {command}: {answer['error']['desc']}")
            if "return" in answer:
                return
