#!/usr/bin/env python3
"""A link-local target: `isboot check` goes through the table's NIC, as boot does, and through the
link that a URL names. Two network namespaces of its own, joined by veth; needs root.
Usage: link_local_test.py ISBOOT [unittest arguments].
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import scripted_target as target

ISBOOT = ""
NAME = "iqn.2026-11.org.example:disk"
MAC, OTHER_MAC = "52:54:00:aa:00:01", "52:54:00:aa:00:02"
SKIPPED = 77


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def bring_up(link, address):
    ip("address", "add", f"{address}/64", "dev", link, "nodad")
    ip("link", "set", link, "up")


def serve():
    """In the target's namespace: says that it is there, is given the link, says its port."""
    print("ready", flush=True)
    sys.stdin.readline()
    bring_up("far", "fe80::1")
    with target.serving(target.Script(), host="::") as port:
        print(port, flush=True)
        sys.stdin.readline()


@contextlib.contextmanager
def target_behind_a_link():
    """Yields the port of the target that is at fe80::1 on the link eth0."""
    with subprocess.Popen(["unshare", "--net", sys.executable, __file__, "--serve"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as far:
        try:
            far.stdout.readline()
            ip("link", "add", "eth0", "address", MAC, "type", "veth", "peer", "name", "far")
            ip("link", "set", "far", "netns", str(far.pid))
            bring_up("eth0", "fe80::99")
            far.stdin.write("\n")
            far.stdin.flush()
            yield int(far.stdout.readline())
        finally:
            far.stdin.close()


class LinkLocal(unittest.TestCase):
    port = 0

    def isboot(self, *words):
        return subprocess.run([ISBOOT, *map(str, words)], capture_output=True, text=True,
                              timeout=60, check=False)

    def checked(self, mac):
        """`check` of a table whose one target is link-local, and whose NIC has that MAC."""
        spec = {"initiator": {"name": "iqn.2026-11.org.example:host", "valid": True,
                              "boot_selected": True},
                "nics": [{"valid": True, "boot_selected": True, "address": "fe80::99", "prefix": 64,
                          "origin": "manual", "mac": mac}],
                "targets": [{"valid": True, "boot_selected": True, "address": "fe80::1",
                             "port": self.port, "lun": "0001000000000000", "name": NAME}]}
        with tempfile.TemporaryDirectory() as folder:
            given, table = pathlib.Path(folder, "spec.json"), pathlib.Path(folder, "table")
            given.write_text(json.dumps(spec), encoding="ascii")
            made = self.isboot("ibft", "build", given, "--output", table)
            self.assertEqual(made.returncode, 0, made.stderr)
            return self.isboot("check", "--table", table, "--timeout", 8)

    def test_is_reached_through_the_tables_nic(self):
        done = self.checked(MAC)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_says_which_nic_is_missing(self):
        done = self.checked(OTHER_MAC)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the NIC of target0", done.stderr)

    def test_is_reached_through_the_link_of_a_url(self):
        for zone in ("%eth0", "%25eth0"):
            with self.subTest(zone):
                done = self.isboot("check", f"iscsi:[fe80::1{zone}]::{self.port}:1:{NAME}")
                self.assertEqual(done.returncode, 0, done.stderr)
        done = self.isboot("discover", f"[fe80::1%eth0]:{self.port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(NAME, done.stdout)

    def test_says_that_a_link_is_missing(self):
        done = self.isboot("check", f"iscsi:[fe80::1%eth7]::{self.port}:1:{NAME}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no link eth7", done.stderr)
        done = self.isboot("check", f"iscsi:[fe80::1]::{self.port}:1:{NAME}", "--timeout", 3)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[fe80::1%LINK]", done.stderr)


def main():
    global ISBOOT  # pylint: disable=global-statement
    if sys.argv[1] == "--serve":
        return serve()
    if os.geteuid() != 0:
        sys.exit(SKIPPED)
    if sys.argv[1] != "--inside":
        os.execvp("unshare", ["unshare", "--net", sys.executable, __file__, "--inside",
                              *sys.argv[1:]])
    del sys.argv[1]
    ISBOOT = sys.argv.pop(1)
    with target_behind_a_link() as LinkLocal.port:
        unittest.main()
    return None


if __name__ == "__main__":
    main()
