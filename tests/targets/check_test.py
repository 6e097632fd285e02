#!/usr/bin/env python3
"""`isboot check` and `isboot discover` against a real target on loopback.

Usage: check_test.py ISBOOT tgt|istgt|lio [unittest arguments]. Exit 77 without the daemon.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import daemons
import lio

FIXTURE = pathlib.Path(__file__).parent.parent / "fixtures/ibft/ipxe-uefi-virtio-nochap.bin"
ISBOOT = ""
KIND = ""
KINDS = {"tgt": daemons.tgt, "istgt": daemons.istgt, "lio": lambda folder: lio.lio(folder, ISBOOT)}
PROGRAMS = {"tgt": "tgtd", "istgt": "istgt", "lio": "qemu-system-x86_64"}
# What each says of a target that it does not have, and the strongest CHAP algorithm that it has:
# docs/quirks.md.
ABSENT = {"tgt": "there is no such target (0x0203)", "istgt": "there is no such target (0x0203)",
          "lio": "not in service right now (0x0301)"}
ALGORITHM = {"tgt": "md5", "istgt": "md5", "lio": "sha3-256"}


class CheckTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.daemon = cls.enterClassContext(KINDS[KIND](cls.folder))

    def credentials(self, **values):
        path = self.folder / "credentials"
        path.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        os.chmod(path, 0o600)
        return ["--credentials", str(path)]

    def right_credentials(self, auth):
        words = {}
        if auth != "none":
            words.update(name=daemons.USER, secret=daemons.SECRET)
        if auth == "mutual":
            words.update(reverse_name=daemons.REVERSE_USER, reverse_secret=daemons.REVERSE_SECRET)
        return self.credentials(**words)

    def isboot(self, *words):
        done = subprocess.run([ISBOOT, *words], capture_output=True, text=True, timeout=60,
                              check=False)
        for secret in (daemons.SECRET, daemons.REVERSE_SECRET):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def checked(self, *words):
        done = self.isboot("check", *words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["targets"][0]

    def refused(self, *words):
        """What stderr says; its last line is the next step."""
        done = self.isboot("check", *words)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("next: ", done.stderr.splitlines()[-1])
        return done.stderr

    def test_reads_the_disk_with_every_authentication_and_digest(self):
        for auth in daemons.AUTHS:
            for digest in daemons.DIGESTS:
                with self.subTest(auth=auth, digest=digest):
                    words = ["--digest", "header,data"] if digest == "both" else []
                    row = self.checked(self.daemon.url(daemons.name_of(auth, digest)), *words,
                                       *self.right_credentials(auth))
                    self.assertEqual(row["disk"]["blocks"] * row["disk"]["block_size"],
                                     daemons.DISK_SIZE)
                    self.assertEqual(row["disk"]["partition_table"], "mbr")
                    self.assertEqual(row["login"]["header_digest"], digest == "both")
                    self.assertEqual(row["login"]["data_digest"], digest == "both")
                    label = {"none": "none", "chap": "chap ", "mutual": "mutual "}[auth]
                    wanted = label if auth == "none" else label + ALGORITHM[KIND]
                    self.assertEqual(row["login"]["authentication"], wanted)

    def test_refuses_a_wrong_secret(self):
        for auth in ("chap", "mutual"):
            with self.subTest(auth=auth):
                words = self.credentials(name=daemons.USER, secret="something else",
                                         reverse_secret=daemons.REVERSE_SECRET
                                         if auth == "mutual" else "")
                said = self.refused(self.daemon.url(daemons.name_of(auth, "none")), *words)
                self.assertIn("authentication failed (0x0201)", said)
                self.assertIn("check the CHAP name and secret", said)

    def test_refuses_a_target_with_a_wrong_reverse_secret(self):
        words = self.credentials(name=daemons.USER, secret=daemons.SECRET,
                                 reverse_secret="not the target's")
        said = self.refused(self.daemon.url(daemons.name_of("mutual", "none")), *words)
        self.assertIn("does not know the reverse secret", said)

    def test_refuses_a_target_of_another_name(self):
        words = self.credentials(name=daemons.USER, secret=daemons.SECRET, reverse_name="another",
                                 reverse_secret=daemons.REVERSE_SECRET)
        said = self.refused(self.daemon.url(daemons.name_of("mutual", "none")), *words)
        self.assertIn("not the reverse name", said)

    def test_refuses_to_go_on_without_the_targets_proof(self):
        words = self.credentials(name=daemons.USER, secret=daemons.SECRET,
                                 reverse_secret=daemons.REVERSE_SECRET)
        self.refused(self.daemon.url(daemons.name_of("none", "none")), *words)

    def test_says_that_credentials_are_missing(self):
        self.refused(self.daemon.url(daemons.name_of("chap", "none")))

    def test_names_an_absent_target(self):
        said = self.refused(self.daemon.url(daemons.BASE + ":absent"))
        self.assertIn(ABSENT[KIND], said)

    def test_names_an_absent_lun(self):
        said = self.refused(self.daemon.url(daemons.name_of("none", "none"), lun=7))
        self.assertIn("the target has no LUN 7", said)
        self.assertIn("check the LUN", said)

    def test_reaches_the_target_over_ipv6(self):
        if self.daemon.said_over_ipv6:
            row = json.loads(self.daemon.said_over_ipv6)["targets"][0]
        else:
            row = self.checked(self.daemon.url(daemons.name_of("none", "none"), ipv6=True))
        self.assertTrue(row["portal"].startswith("[::1]:"))
        self.assertEqual(row["disk"]["partition_table"], "mbr")

    def test_lists_the_targets_of_a_portal(self):
        done = self.isboot("discover", f"127.0.0.1:{self.daemon.port}", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {row["name"] for row in json.loads(done.stdout)["targets"]}
        self.assertIn(daemons.name_of("none", "none"), names)
        said = self.refused(self.daemon.url(""))
        self.assertIn("names no target", said)
        self.assertIn(daemons.name_of("none", "none"), said)

    def table(self, auth, lun=None):
        """The iBFT of a machine that boots from the daemon, made from one that iPXE wrote."""
        shown = self.isboot("ibft", "show", str(FIXTURE), "--json", "--show-secrets")
        spec = json.loads(shown.stdout)
        target = next(row for row in spec["targets"] if row["valid"])
        lun = self.daemon.lun if lun is None else lun
        target.update(address="127.0.0.1", port=self.daemon.port, lun=f"{lun:04x}" + "0" * 12,
                      lun_number=lun, name=daemons.name_of(auth, "none"), chap=auth)
        if auth == "mutual":
            target.update(chap_name=daemons.USER, chap_secret=daemons.SECRET,
                          reverse_chap_name=daemons.REVERSE_USER,
                          reverse_chap_secret=daemons.REVERSE_SECRET)
        (self.folder / "spec.json").write_text(json.dumps(spec))
        path = self.folder / "ibft.bin"
        built = self.isboot("ibft", "build", str(self.folder / "spec.json"), "-o", str(path))
        self.assertEqual(built.returncode, 0, built.stderr)
        return ["--table", str(path)]

    def test_checks_what_the_table_names(self):
        for auth in ("none", "mutual"):
            with self.subTest(auth=auth):
                row = self.checked(*self.table(auth))
                self.assertEqual(row["target"], daemons.name_of(auth, "none"))
                self.assertEqual(row["disk"]["partition_table"], "mbr")
        self.assertIn("the target has no LUN 9", self.refused(*self.table("none", lun=9)))

    def test_says_that_nobody_listens(self):
        said = self.refused(f"iscsi:127.0.0.1::{daemons.free_port()}:0:iqn.x")
        self.assertIn("Connection refused", said)


if __name__ == "__main__":
    ISBOOT, KIND = sys.argv[1:3]
    if shutil.which(PROGRAMS[KIND]) is None:
        print(f"{KIND} is not installed")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
