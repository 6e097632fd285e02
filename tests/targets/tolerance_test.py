#!/usr/bin/env python3
"""`isboot check` and `discover` take what people's targets really answer: cases from public
reports, and others of the same kinds. Usage: tolerance_test.py ISBOOT [unittest arguments].
"""

import json
import pathlib
import tempfile

import scripted_target as target
from checked_target import NAME, SECRET, USER, CheckedTarget, main
from scripted_target import Script

FIXTURE = pathlib.Path(__file__).parent.parent / "fixtures/ibft/ipxe-uefi-virtio-nochap.bin"
# What a target says that answers each stage with one list (iESP 2.3).
FIXED = ("HeaderDigest=None", "DataDigest=None", "DefaultTime2Wait=2", "DefaultTime2Retain=20",
         "InitialR2T=Yes", "FirstBurstLength=4096", "MaxBurstLength=4096",
         "MaxRecvDataSegmentLength=4096")
NONE = ("AuthMethod=None", "TargetPortalGroupTag=1")
# Each is said as all of the answer, behind an honest answer, and in the security stage.
HARMLESS = (
    "MaxConnections=8", "MaxConnections=0", "MaxConnections=1,2", "ErrorRecoveryLevel=2",
    "MaxOutstandingR2T=16", "MaxOutstandingR2T=0", "DefaultTime2Retain=3601",
    "DefaultTime2Wait=70000", "DefaultTime2Wait=-1", "FirstBurstLength=99999999",
    "MaxBurstLength=16777216", "MaxRecvDataSegmentLength=0", "MaxRecvDataSegmentLength=4294967296",
    "MaxRecvDataSegmentLength= 65536", "MaxRecvDataSegmentLength=65536\n",
    "MaxRecvDataSegmentLength=0X10000", "MaxBurstLength=262144,65536", "maxburstlength=65536",
    "ImmediateData=no", "ImmediateData=", "InitialR2T=1", "HeaderDigest=none",
    "DataDigest=None,CRC32C", "HeaderDigest=Reject", "MaxBurstLength=NotUnderstood",
    "DataPDUInOrder=No", "IFMarker=No", "OFMarker=No", "IFMarkInt=2048", "OFMarkInt=Reject",
    "X-com.vendor.foo=bar", "X-com.vendor:foo=bar", "x-com/vendor=1", "Target Alias=x",
    "MaxBurstLength =65536", "HeaderDigest= None", "DataDigest=none ", "InitialR2T= No",
    "ImmediateData=Irrelevant", "MaxRecvDataSegmentLength=NotUnderstood",
    "MaxRecvDataSegmentLength=1", "TargetAlias=" + 1500 * "z", "RDMAExtensions=No", "TaskReporting=RFC3720", "iSCSIProtocolLevel=2",
    "TargetAlias=disk", "TargetAddress=127.0.0.1:3260,1", "TargetPortalGroupTag=2",
    "TargetPortalGroupTag=-1", f"TargetName={NAME}", "SessionType=Normal", "SendTargets=All",
    "TargetName=NotUnderstood", "InitiatorName=Irrelevant", "SessionType=", f"TargetName={NAME} ",
    "AuthMethod=None")
DANGEROUS = ("HeaderDigest=CRC32C", "MaxRecvDataSegmentLength=64k", "MaxBurstLength=-1",
             "FirstBurstLength=", "InitiatorName=iqn.2026-11.org.example:other")
# Addresses in an answer to SendTargets, and how each is listed.
PORTALS = {
    "127.0.0.1:3260,-1": "127.0.0.1:3260", "[::ffff:10.0.0.1]:3260,1": "10.0.0.1:3260",
    "[fe80::1234%enp0s9]:3260,1": "[fe80::1234%enp0s9]:3260", "127.0.0.1": "127.0.0.1:3260",
    "storage.example.org:3260,1": "storage.example.org:3260", "127.0.0.1:0,1": "127.0.0.1:0,1",
    "fe80::1:3260,1": "fe80::1:3260,1", "": NAME, "[::1]:3260,1,2": "[::1]:3260",
    "127.0.0.1:3260,70000": "127.0.0.1:3260", "a b:3260,1": "a b:3260,1",
    "\xff\xfe:3260,1": "3260,1 (cannot be read as an address)"}


class Tolerance(CheckedTarget):

    def test_answers_that_do_not_follow(self):
        self.takes(Script(operational=FIXED))
        for credentials in (False, True):
            self.takes(Script(security=(*NONE, *FIXED), operational=FIXED), credentials=credentials)

    def test_says_each_harmless_thing_and_goes_on(self):
        for pair in HARMLESS:
            for where in ({"operational": (pair,)}, {"further": (pair,)},
                          {"security": (*NONE, pair)}):
                with self.subTest(pair, where=next(iter(where))):
                    self.takes(Script(**where))

    def test_refuses_what_endangers_with_key_and_value(self):
        for pair in DANGEROUS:
            with self.subTest(pair):
                done = self.checked(Script(operational=(pair,)))
                self.assertEqual(done.returncode, 1)
                self.assertIn(pair, done.stderr)
                self.assertIn("operational stage", done.stderr)

    def test_tells_what_was_taken_instead(self):
        row = self.takes(Script(operational=("MaxConnections=8",)))
        self.assertEqual(row["login"]["notes"],
                         ["target says MaxConnections=8 (answer outside the offer); taken: 1"])

    def test_says_the_same_again(self):
        """A target that repeats itself, whether it wants a proof of us or not."""
        for script in (Script(), Script(waits=True, again=("TargetAlias=x", *FIXED)),
                       Script(security=("AuthMethod=None",) * 2),
                       Script(operational=("MaxRecvDataSegmentLength=8192",
                                           "MaxRecvDataSegmentLength=65536")),
                       Script(further=("TargetAlias=a", "TargetAlias=b", "TargetPortalGroupTag=1"))):
            for credentials in (False, True):
                with self.subTest(script, credentials=credentials):
                    row = self.takes(script, credentials=credentials)
                    self.assertEqual(row["login"]["authentication"], "none")

    def test_proves_itself_where_that_is_wanted(self):
        row = self.takes(Script(chap=(USER, SECRET)), credentials=True)
        self.assertEqual(row["login"]["authentication"], "chap md5")
        self.takes(Script(chap=(USER, SECRET), method="CHAP,None", challenge="CHAP_I= 9",
                          proved=("CHAP_N=target", "CHAP_R=0x00")), credentials=True)
        for script, credentials in ((Script(chap=(USER, "another")), True),
                                    (Script(chap=(USER, SECRET)), False)):
            self.assertEqual(self.checked(script, credentials=credentials).returncode, 1)

    def test_counts_as_it_likes(self):
        for script in (Script(tsih=0), Script(tsih=0, waits=True), Script(last_nul=False),
                       Script(cmd_sn_ahead=1), Script(cmd_sn_ahead=-1), Script(stat_sn_stays=True),
                       Script(security=()), Script(operational=()),
                       Script(security=("authmethod=none",))):
            with self.subTest(script):
                self.takes(script)

    def test_chooses_a_method_in_its_own_words(self):
        for method in ("CHAP,None", "None,CHAP", " None", "None\r\n", "NONE", "NotUnderstood",
                       "Irrelevant"):
            with self.subTest(method):
                row = self.takes(Script(security=(f"AuthMethod={method}",)))
                self.assertEqual(row["login"]["authentication"], "none")
        for method in ("CHAP", "Reject", "KRB5", "CHAP,KRB5", ""):
            with self.subTest(method):
                done = self.checked(Script(security=(f"AuthMethod={method}",)))
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"AuthMethod={method}", done.stderr)

    def test_fills_headers_as_it_likes(self):
        for changes in (((8, 0xaa), (13, 0x55)), ((2, 1),), ((0, 0x63),), ((20, 1), (38, 7), (47, 9)),
                        ((32, 0), (33, 0), (34, 0), (35, 0))):
            with self.subTest(changes):
                self.takes(Script(header=changes))

    def test_says_its_text_in_pieces(self):
        for size in (16, 64):
            self.takes(Script(segment=size))

    def test_says_something_right_behind_the_login(self):
        for greetings in (("nop",), ("ping",), ("scsi event",), ("negotiate",), ("tasks end",),
                          ("vendor",), ("nop", "ping", "vendor", "ping")):
            with self.subTest(greetings):
                self.takes(Script(greets=greetings))

    def test_pings_with_data_at_which_linux_hangs_up(self):
        done = self.checked(Script(greets=("loud ping",)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("ping with data", done.stderr)

    def test_sends_the_login_away(self):
        with target.serving(Script()) as port:
            for address in ("127.0.0.1:{0},1", "127.0.0.1:{0}", "127.0.0.1:{0},-1",
                            " 127.0.0.1:{0},1 ", "[::ffff:127.0.0.1]:{0},1", "127.0.0.1:{0},",
                            "127.0.0.1 : {0} , 1", "[127.0.0.1]:0{0}", "0.0.0.0:{0},1", "[::]:{0}"):
                for key in ("TargetAddress", "targetaddress", "TargetAddress "):
                    with self.subTest(address, key=key):
                        self.takes(Script(redirect=("noise", "TargetAddress=%", f"{key}=" +
                                                    address.format(port))))

    def test_sends_the_login_nowhere(self):
        for address in ("::1", "[::1", "127.0.0.1:65536", "127.0.0.1/24:3260", "127.1:3260", "*:3260"):
            with self.subTest(address):
                done = self.checked(Script(redirect=(f"TargetAddress={address}",)))
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"to no address, TargetAddress={address} in the security", done.stderr)

    def test_lists_portals_that_cannot_be_used(self):
        for address, shown in PORTALS.items():
            script = Script(targets=(f"TargetName={NAME}", f"TargetAddress={address}",
                                     "TargetAddress=10.9.9.9:860,1"))
            with self.subTest(address), target.serving(script) as port:
                done = self.isboot("discover", f"127.0.0.1:{port}")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(NAME, done.stdout)
                self.assertIn(shown, done.stdout)
                self.assertIn(f"{NAME} 10.9.9.9:860", done.stdout)
                rows = json.loads(self.isboot("discover", f"127.0.0.1:{port}", "--json").stdout)
                self.assertEqual(len(rows["targets"]), 2)
            self.takes(script, name="")

    def test_lists_where_it_was_asked_for_an_address_of_none(self):
        script = Script(targets=(f"TargetName={NAME}", "TargetAddress=0.0.0.0:3261,1"))
        with target.serving(script) as port:
            done = self.isboot("discover", f"127.0.0.1:{port}")
        self.assertEqual(done.stdout, f"{NAME} 127.0.0.1:3261\n")

    def test_lists_targets_beside_what_is_none(self):
        for pair in ("TargetName=", "TargetName=\xff\xfe", "TargetName=" + 240 * "x", "TargetAlias=x",
                     "no pair", "=x", "TargetName=iqn with blanks", "TargetAddress=127.0.0.1:3260,1"):
            script = Script(targets=(pair, f"TargetName={NAME}", "TargetAddress=127.0.0.1:3260,1"))
            with self.subTest(pair), target.serving(script) as port:
                for words in ((), ("--json",)):
                    done = self.isboot("discover", f"127.0.0.1:{port}", *words)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn(NAME, done.stdout)

    def test_one_path_of_a_table_is_enough_for_a_boot(self):
        shown = json.loads(self.isboot("ibft", "show", FIXTURE, "--json").stdout)
        with target.serving(Script()) as port, tempfile.TemporaryDirectory() as folder:
            good = {**shown["targets"][0], "address": "127.0.0.1", "port": port, "name": NAME}
            bad = {**good, "lun": "0007000000000000", "lun_number": 7}
            for targets, words, status in (((good, bad), (), 0), ((bad, good), (), 0),
                                           ((good, bad), ("--paths", "first"), 0),
                                           ((bad, good), ("--paths", "first"), 1),
                                           ((bad, bad), (), 1)):
                with self.subTest(words, first=targets[0]["lun"]):
                    spec = {**shown, "targets": list(targets)}
                    given, table = pathlib.Path(folder, "spec.json"), pathlib.Path(folder, "table")
                    given.write_text(json.dumps(spec), encoding="ascii")
                    table.unlink(missing_ok=True)
                    made = self.isboot("ibft", "build", given, "--output", table)
                    self.assertEqual(made.returncode, 0, made.stderr)
                    done = self.isboot("check", "--table", table, *words)
                    self.assertEqual(done.returncode, status, done.stderr)
                    self.assertEqual("has no LUN 7" in done.stderr,
                                     bad in (targets if not words else targets[:1]))

    def test_takes_urls_as_people_write_them(self):
        with target.serving(Script()) as port:
            for url in (f"iscsi:127.0.0.1:tcp:{port}:1:{NAME}", f"iscsi:127.0.0.1:TCP:{port}:1:{NAME}",
                        f"ISCSI:127.0.0.1:6:{port}:1:{NAME}", f"iscsi://127.0.0.1:{port}/{NAME}/1",
                        f"iscsi:[::ffff:127.0.0.1]::{port}:1:{NAME}",
                        f"iscsi:127.0.0.1:6:{port}:0x1:{NAME}", f" iscsi:127.0.0.1::{port}:1:{NAME}\n",
                        f"iscsi:127.0.0.1::{port}:0001000000000000:{NAME}",
                        f"iscsi: 127.0.0.1 : tcp : {port} : 1 : {NAME}",
                        f"iscsi://127.0.0.1:{port}/{NAME}/1/?header_digest=none",
                        f"iscsi://127.0.0.1:{port}/{NAME.replace(':', '%3A')}/1"):
                with self.subTest(url):
                    done = self.isboot("check", url)
                    self.assertEqual(done.returncode, 0, done.stderr)
            for url, said in ((f"iscsi:127.0.0.1:17:{port}:1:{NAME}", "offset 16: URL: protocol"),
                              (f"iscsi://user%secret@127.0.0.1:{port}/{NAME}/1", "credentials"),
                              (f"iscsi://127.0.0.1:{port}/{NAME}/1?target_password=pw",
                               "credentials"),
                              (f"iscsi:127.0.0.1::{port}:1:{240 * 'x'}", "bad target name")):
                with self.subTest(url):
                    done = self.isboot("check", url)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(said, done.stderr)


if __name__ == "__main__":
    main()
