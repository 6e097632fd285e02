#!/usr/bin/env python3
"""Servers that have names: `isboot check` and `discover` against DNS servers of all kinds, in a
network of the test's own. Usage: names_test.py ISBOOT [unittest arguments].
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import scripted_dns as dns
import scripted_target as target
from scripted_target import Script

ISBOOT = ""
SKIPPED = 77
HOST = "storage.example"
INITIATOR = "iqn.2026-11.org.example:host"  # not each machine that tests has a UUID
NAME = "iqn.2026-11.org.example:disk"
SECOND = "127.0.0.2"  # of another DNS server
DEAD = "127.0.0.9"    # nobody listens there


def enter_own_network():
    """Again in namespaces with nothing but loopback, and an /etc/resolv.conf of our own."""
    words = ["unshare", "--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if subprocess.run([*words, "true"], check=False, capture_output=True).returncode != 0:
        print("no namespaces can be had")
        sys.exit(SKIPPED)
    os.execvp("unshare", [*words, sys.executable, *sys.argv, "--inside"])


class Names(unittest.TestCase):

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.resolv_conf("nameserver 127.0.0.1\n")

    def resolv_conf(self, text):
        mine = pathlib.Path(self._folder.name, "resolv.conf")
        mine.write_text(text, encoding="ascii")
        real = os.path.realpath("/etc/resolv.conf")
        subprocess.run(["mount", "--bind", mine, real], check=True)
        self.addCleanup(subprocess.run, ["umount", real], check=True)

    def isboot(self, *words):
        return subprocess.run([ISBOOT, *words], capture_output=True, timeout=60, check=False,
                              text=True)

    def checked(self, port, *words, host=HOST):
        return self.isboot("check", f"iscsi:{host}::{port}:1:{NAME}", "--json", *words)

    def takes(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["targets"][0]["portal"]

    def test_a_name_leads_to_the_disk(self):
        for reply in (dns.addresses("127.0.0.1"), dns.large("127.0.0.1"),
                      dns.addresses("2001:db8::1", "127.0.0.1")):
            with dns.serving(reply), target.serving(Script()) as port:
                self.assertEqual(self.takes(self.checked(port)), f"127.0.0.1:{port}")

    def test_the_next_address_when_nobody_is_at_one(self):
        with dns.serving(dns.addresses(DEAD, "127.0.0.1")), target.serving(Script()) as port:
            self.assertEqual(self.takes(self.checked(port)), f"127.0.0.1:{port}")

    def test_the_next_server_when_one_does_not_help(self):
        self.resolv_conf(f"nameserver {SECOND}\nnameserver 127.0.0.1\n")
        for reply in (dns.code(dns.NXDOMAIN), dns.code(dns.SERVFAIL), dns.code(dns.REFUSED),
                      dns.silent, dns.circle, dns.damaged, dns.other_name, dns.other_number,
                      dns.noise):
            with self.subTest(reply), dns.serving(reply, SECOND), \
                 dns.serving(dns.addresses("127.0.0.1")), target.serving(Script()) as port:
                self.takes(self.checked(port))

    def test_says_who_was_asked_and_what_was_said(self):
        rows = ((dns.code(dns.NXDOMAIN), "no such name"), (dns.code(dns.SERVFAIL), "server failure"),
                (dns.code(dns.REFUSED), "refused"), (dns.silent, "no answer"),
                (dns.circle, "aliases without an end"), (dns.other_name, "no address for it"),
                (dns.other_number, "no answer"), (dns.damaged, "an answer that cannot be read"),
                (dns.noise, "no answer"), (dns.addresses(), "no address for it"),
                (dns.addresses("0.0.0.0", "ff02::1"), "no address that can be used"))
        for reply, said in rows:
            with self.subTest(said), dns.serving(reply):
                done = self.checked(3260, "--timeout", "2")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"isboot: {HOST}: ", done.stderr)
                self.assertIn(f"(127.0.0.1: {said})", done.stderr)
                self.assertRegex(done.stderr.splitlines()[-1], "^isboot: next: check the ")
        self.assertIn("(127.0.0.1: cannot be reached)", self.checked(3260).stderr)
        self.resolv_conf("")
        self.assertIn("there is no DNS server to ask", self.checked(3260).stderr)

    def test_a_short_name_gets_the_domain(self):
        self.resolv_conf("nameserver 127.0.0.1\nsearch one.example\n")
        with dns.serving(dns.addresses("127.0.0.1")) as server, target.serving(Script()) as port:
            self.takes(self.checked(port, host="storage"))
        self.assertEqual(server.asked[0], ("storage.one.example", dns.AAAA, False))

    def test_an_address_with_a_mistake_is_no_name(self):
        with dns.serving(dns.addresses("127.0.0.1")) as server:
            done = self.checked(3260, host="10.0.0.300")
        self.assertEqual(done.returncode, 1)
        self.assertIn("URL: no server's address or name", done.stderr)
        self.assertEqual(server.asked, [])

    def test_discover(self):
        with dns.serving(dns.addresses(DEAD, "127.0.0.1")), target.serving(Script()) as port:
            done = self.isboot("discover", f"{HOST}:{port}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(NAME, done.stdout)
        with dns.serving(dns.code(dns.NXDOMAIN)):
            done = self.isboot("discover", HOST)
            self.assertEqual(done.returncode, 1)
            self.assertIn("(127.0.0.1: no such name)", done.stderr)

    def test_attach_says_it_before_the_kernel_is_asked(self):
        with dns.serving(dns.code(dns.NXDOMAIN)):
            done = self.isboot("attach", f"iscsi:{HOST}:::1:{NAME}", "--initiator", INITIATOR)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no DNS server knows the name", done.stderr)

    def test_a_redirect_to_a_name(self):
        with target.serving(Script()) as port:
            script = Script(redirect=(f"TargetAddress={HOST}:{port}",))
            with dns.serving(dns.addresses("127.0.0.1")), target.serving(script) as first:
                done = self.checked(first, host="127.0.0.1")
                self.assertEqual(self.takes(done), f"127.0.0.1:{port}")
            with dns.serving(dns.code(dns.NXDOMAIN)), target.serving(script) as first:
                done = self.checked(first, host="127.0.0.1")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"127.0.0.1:{first}: redirects to {HOST}: no DNS server knows the name "
                              "(127.0.0.1: no such name)", done.stderr)


if __name__ == "__main__":
    if sys.argv[-1] != "--inside":
        enter_own_network()
    sys.argv.pop()
    ISBOOT = sys.argv.pop(1)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unittest.main()
