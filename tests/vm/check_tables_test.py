"""`isboot check` says yes exactly where `isboot boot` has its disk: over every table of the tests."""

import contextlib
import json
import pathlib
import struct
import sys
import tempfile
import unittest

from harness import ibft_report, ibft_table, initramfs, machine, process, real_table
from harness.boot import SMALL_PROGRAM
from harness.kernel import Kernel
from harness.workspace import PROJECT, Workspace, isboot_binary, small_binary

sys.path += [str(PROJECT / "tests/targets"), str(PROJECT / "tests/cli")]
import agreement_test as agreement  # noqa: E402  pylint: disable=wrong-import-position
import scripted_target as target  # noqa: E402  pylint: disable=wrong-import-position
from scripted_target import Script  # noqa: E402  pylint: disable=wrong-import-position

GUEST = PROJECT / "tests/vm/guest/table-init"
MODULES = ("virtio_pci", "virtio_net", "iscsi_tcp", "sd_mod", "crc32c_generic", "crc32c_intel",
           "8021q")
START_LIMIT, CASE_LIMIT = 180, 60  # seconds
NIC_FIELDS = (0xa0 + 6, 0xa0 + 96)  # of that fixture: addresses, VLAN, MAC
SECRETS = ("chap_name", "chap_secret"), ("reverse_chap_name", "reverse_chap_secret")


def isboot(*words):
    return process.run(isboot_binary(), *words)


def built(spec):
    with tempfile.TemporaryDirectory() as folder:
        given, table = pathlib.Path(folder, "spec.json"), pathlib.Path(folder, "table")
        given.write_text(json.dumps(spec), encoding="ascii")
        isboot("ibft", "build", given, "--output", table)
        return table.read_bytes()


def spec_of(nic=(), target=(), initiator=()):
    return {"initiator": {**agreement.INITIATOR, **dict(initiator)},
            "nics": [{**agreement.NIC, **dict(nic)}],
            "targets": [{**agreement.TARGET, **dict(target)}]}


def with_port(table, port):
    """The first target's, in a table that `isboot ibft build` has made."""
    table = bytearray(table)
    struct.pack_into("<H", table, ibft_table.TARGET_PORT, port)
    return real_table.sealed(table)


def script_for(table):
    """A target that has what the table names: its LUNs, and the first one's credentials."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(table)
        file.flush()
        rows = json.loads(isboot("ibft", "show", "--json", "--show-secrets", file.name))["targets"]
    first = rows[0]
    chap, reverse = (tuple(first[key] for key in keys) if first[keys[0]] else () for keys in SECRETS)
    luns = tuple(row["lun_number"] for row in rows if row["lun_number"] is not None)
    return Script(chap=chap, reverse=reverse, luns=luns)


def every_table():
    """Name → (table, what `isboot` is told besides, whether a boot has its disk)."""
    # QEMU's network has no VLAN.
    rows = {file.name: (file.read_bytes(), "", True) for file in agreement.FIXTURES
            if file.name != "edk2-vlan.bin"}
    for file in agreement.CORPUS:
        if not file.parent.name.endswith("locate"):  # tables in memory, not files
            rows[f"{file.parent.name}-{file.name}"] = (file.read_bytes(), "", True)
    for name, (nic, goal, initiator, boots, _) in agreement.SPOILT.items():
        rows[name] = (built(spec_of(nic, goal, initiator)), "", boots)
    # QEMU's network leads to no link-local address (tests/targets/link_local_test.py has one).
    table, words, _ = rows["no address, link-local target"]
    rows["no address, link-local target"] = (table, words, False)
    return rows


def two_targets(first, second):
    spec = spec_of()
    return {**spec, "targets": [{**spec["targets"][0], "lun_number": lun} for lun in (first, second)]}


class CheckTables(unittest.TestCase):

    def setUp(self):
        self.life = self.enterContext(contextlib.ExitStack())
        self.rows = []     # name, what the list says, whether there is a disk (None: no matter)
        self.files = {}

    def add(self, name, table, words, boots, script=None):
        port = self.life.enter_context(target.serving(script or script_for(table)))
        self.life.enter_context(target.serving(script or script_for(table), host="::1", port=port))
        number = f"t{len(self.rows)}"
        self.files[f"tables/{number}"] = real_table.leading_to(table, port)
        self.rows.append((name, f"{number} {words}", boots))

    def run_machine(self, name, table=None):
        workspace = Workspace(name)
        print(f"logs: {workspace.path}")
        kernel = Kernel()
        self.files["tables/list"] = "".join(f"{line}\n" for _, line, _ in self.rows).encode()
        with open(ibft_report.BUSYBOX, "rb") as busybox:
            files = {"init": GUEST.read_bytes(), "bin/busybox": busybox.read(),
                     "bin/isboot": isboot_binary().read_bytes(),
                     SMALL_PROGRAM: small_binary().read_bytes(), **self.files,
                     **kernel.module_files(MODULES)}
        guest = machine.from_kernel(workspace, kernel,
                                    initramfs.build(files, ibft_report.DIRECTORIES),
                                    f"{machine.KERNEL_ARGUMENTS} quiet", table)
        with guest.running():
            for number, (row, _, boots) in enumerate(self.rows):
                with self.subTest(row):
                    found = guest.console.wait_for(
                        rf"^ISBOOT-AGREE {number} check=(\d+) boot=(\d+) read=(\w+)",
                        CASE_LIMIT + (0 if number else START_LIMIT), row)
                    check, boot, read = found.groups()
                    has_disk = boot == "0" and read == "yes"
                    self.assertEqual(check == "0", has_disk, found.group(0))
                    if boots is not None:
                        self.assertEqual(has_disk, boots, found.group(0))
            guest.console.wait_for("^ISBOOT-DONE", CASE_LIMIT, "the end")
        workspace.clear()

    def test_tables(self):
        for name, row in every_table().items():
            self.add(name, *row)
        table = built(spec_of())
        self.add("no such LUN", table, "", False, Script(luns=(2,)))
        self.add("a wrong secret", built(spec_of(target={
            "chap": "chap", "chap_name": "user", "chap_secret": "secretsecret1"})), "", False,
                 Script(chap=("user", "another")))
        for luns, words, boots in (((1, 7), "", True), ((7, 1), "", True),
                                   ((7, 1), "--paths first", False), ((7, 8), "", False)):
            self.add(f"LUNs {luns} {words}", built(two_targets(*luns)), words, boots, Script())
        # The table that the machine itself has names a NIC that it has not.
        table = built(spec_of(nic={"mac": "02:00:00:00:00:99"}))
        port = self.life.enter_context(target.serving(Script()))
        self.rows += [("another's NIC", "-", False), ("its own NIC", f"- --nic {machine.MAC}", True)]
        self.run_machine("check-tables", with_port(table, port))

    def test_damaged_tables(self):
        """As agreement_test.py damages them, but for what a NIC is set up with: `check` takes the
        NICs as they are."""
        whole = agreement.FIXTURES[-1].read_bytes()
        for at in range(48, len(whole), 7):
            if not NIC_FIELDS[0] <= at < NIC_FIELDS[1]:
                spoilt = bytearray(whole)
                spoilt[at] ^= 0xff
                self.add(f"offset {at}", real_table.sealed(spoilt), "", None, Script())
        self.run_machine("check-damaged-tables")


if __name__ == "__main__":
    unittest.main()
