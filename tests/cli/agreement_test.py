"""`isboot plan` and `isboot ibft check` agree about what can be booted, over every table there is."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ISBOOT = os.environ.get("ISBOOT_BINARY", PROJECT / "build/dev/isboot")
FIXTURES = sorted((PROJECT / "tests/fixtures/ibft").glob("*.bin"))
CORPUS = sorted(file for folder in ("ibft_decode", "ibft_round_trip", "ibft_locate")
                for file in (PROJECT / "fuzz/corpus" / folder).iterdir())
NIC = {"valid": True, "boot_selected": True, "mac": "52:54:00:00:00:01", "address": "10.0.2.15",
       "prefix": 24, "origin": "manual"}
TARGET = {"valid": True, "boot_selected": True, "address": "10.0.2.2", "port": 3260,
          "lun_number": 1, "name": "iqn.2026-11.org.example:disk"}
INITIATOR = {"valid": True, "boot_selected": True, "name": "iqn.2026-11.org.example:host"}
LONG = "iqn.2026-11.org.example:" + 216 * "x"
# What is wrong with the one NIC, the one target or the initiator: whether it boots all the same,
# and what both say of it.
SPOILT = {
    "nothing": ({}, {}, {}, True, ""),
    "DHCP without an address": ({"address": None, "origin": "dhcp"}, {}, {}, False,
                                "nic0, offset 160: the NIC has no address"),
    "no address, routers": ({"address": None, "origin": "router-advertisement"},
                            {"address": "fd00::2"}, {}, True, ""),
    "no address, link-local target": ({"address": None}, {"address": "fe80::2"}, {}, True, ""),
    "no MAC": ({"mac": "00:00:00:00:00:00"}, {}, {}, False, "NIC"),
    "prefix": ({"prefix": 77}, {}, {}, True, ""),
    "VLAN": ({"vlan": 4095}, {}, {}, False, "VLAN number is above 4094"),
    "multicast NIC": ({"address": "224.0.0.1"}, {}, {}, False, "not one that a NIC can have"),
    "IPv6 from IPv4": ({}, {"address": "fd00::2"}, {}, True, ""),
    "IPv4 from IPv6": ({"address": "fd00::15", "gateway": None}, {}, {}, False, "two families"),
    "target without address": ({}, {"address": None}, {}, False, "target0, offset 384: it has no"),
    "target without name": ({}, {"name": None}, {}, False, "it has no name"),
    "a long name": ({}, {"name": LONG}, {}, False, f"its name is longer than 223 bytes: {LONG[:60]}"),
    "port": ({}, {"port": 0}, {}, False, "its port is 0"),
    "NIC index": ({}, {"nic_index": 7}, {}, True, ""),
    "no initiator name": ({}, {}, {"name": None}, False, "there is no initiator name"),
    "a long initiator name": ({}, {}, {"name": LONG}, False, f"longer than 223 bytes: {LONG[:60]}"),
    "a long CHAP name": ({}, {"chap": "chap", "chap_name": 256 * "u", "chap_secret": "s"}, {},
                         False, "its CHAP name is longer than 255 bytes"),
    "nothing selected": ({"boot_selected": False}, {"boot_selected": False}, {}, True, ""),
}


def isboot(*arguments):
    return subprocess.run([ISBOOT, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False)


class Agreement(unittest.TestCase):

    def agree(self, table):
        """Whether a boot can come of it, and what is said when it cannot."""
        plan = isboot("plan", "--table", table)
        check = isboot("ibft", "check", "--json", table)
        self.assertIn(plan.returncode, (0, 1), plan.stderr)
        self.assertEqual(plan.returncode, check.returncode, plan.stderr + check.stderr)
        boots = plan.returncode == 0
        answer = json.loads(check.stdout)
        self.assertEqual(answer["can_boot"], boots)
        self.assertEqual(answer["obstacle"] is None, boots)
        if boots:
            self.assertNotIn("error", {row["severity"] for row in answer["findings"]})
        else:
            self.assertIn(answer["obstacle"], plan.stderr)
            self.assertIn(answer["obstacle"], check.stderr)
        return boots, plan.stderr

    def test_over_every_fixture(self):
        for file in FIXTURES:
            with self.subTest(file.name):
                self.assertTrue(self.agree(file)[0])

    def test_over_the_fuzz_corpus(self):
        for file in CORPUS:
            with self.subTest(file.name):
                self.agree(file)

    def test_over_every_damage(self):
        """Each byte of a table's fields changed once, the checksum mended."""
        table = FIXTURES[-1].read_bytes()
        with tempfile.NamedTemporaryFile() as file:
            for at in range(48, len(table), 7):
                with self.subTest(offset=at):
                    spoilt = bytearray(table)
                    spoilt[at] ^= 0xff
                    spoilt[9] = (spoilt[9] - sum(spoilt)) & 0xff
                    file.seek(0)
                    file.write(spoilt)
                    file.flush()
                    self.agree(file.name)

    def test_names_what_is_wrong(self):
        for name, (nic, target, initiator, boots, said) in SPOILT.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                spec = {"initiator": {**INITIATOR, **initiator}, "nics": [{**NIC, **nic}],
                        "targets": [{**TARGET, **target}]}
                given = pathlib.Path(folder, "spec.json")
                given.write_text(json.dumps(spec), encoding="ascii")
                table = pathlib.Path(folder, "t.bin")
                made = isboot("ibft", "build", given, "--output", table)
                self.assertEqual(made.returncode, 0, made.stderr)
                agreed, words = self.agree(table)
                self.assertEqual(agreed, boots, words)
                self.assertIn(said, words)


if __name__ == "__main__":
    unittest.main()
