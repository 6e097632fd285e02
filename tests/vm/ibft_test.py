"""The same table as isboot reads it and as Linux's iscsi_ibft does, field by field."""

import ipaddress
import json
import tempfile
import unittest

from harness import ibft_report, machine, target as iscsi_target
from harness.boot import KERNEL, Boot
from harness.process import run
from harness.workspace import Workspace, isboot_binary

ORIGINS = {"other": 0, "manual": 1, "well-known": 2, "dhcp": 3, "router-advertisement": 4,
           "unchanged": 15}
CHAP_TYPES = {"none": 0, "chap": 1, "mutual": 2}


def spec():
    """Every field in use: IPv4 with mutual CHAP, IPv6, and a third pair."""
    def pair(number, network, host, prefix):
        at = network + "{}"
        nic = {"valid": True, "boot_selected": number == 0, "global": True, "pci": "00:1f.0",
               "mac": f"52:54:00:12:34:5{number}", "address": at.format(host), "prefix": prefix,
               "origin": "dhcp" if number == 0 else "manual", "gateway": at.format("1"),
               "dns": [at.format("3"), at.format("4")], "dhcp_server": at.format("5"),
               "vlan": 100 * number, "host_name": "guest"}
        target = {"valid": True, "boot_selected": number == 0, "address": at.format("2"),
                  "port": 3260 + number, "lun_number": number, "name": iscsi_target.NAME}
        return nic, target

    pairs = [pair(0, "10.0.2.", "15", 24), pair(1, "fd00:1::", "15", 64),
             pair(2, "10.0.3.", "15", 28)]
    pairs[0][1].update({"chap": "mutual", "chap_name": "user", "chap_secret": "not-a-secret-1234",
                        "reverse_chap_name": "target",
                        "reverse_chap_secret": "not-a-secret-5678"})
    return {"oem_id": "ISBOOT", "oem_table_id": "tests",
            "initiator": {"valid": True, "boot_selected": True,
                          "name": machine.INITIATOR, "isns": "10.1.0.1",
                          "slp": "10.1.0.2", "radius": ["10.1.0.3", "fd00::4"]},
            "nics": [nic for nic, _ in pairs], "targets": [target for _, target in pairs]}


def bootable_spec(port):
    """The disk that this machine boots from, by its one NIC."""
    nic = {"valid": True, "boot_selected": True, "mac": machine.MAC, "address": "10.0.2.15",
           "prefix": 24, "origin": "dhcp", "gateway": machine.HOST}
    target = {"valid": True, "boot_selected": True, "address": machine.HOST, "port": port,
              "lun_number": iscsi_target.LUN, "name": iscsi_target.NAME}
    initiator = {"valid": True, "boot_selected": True, "name": machine.INITIATOR}
    return {"initiator": initiator, "nics": [nic], "targets": [target]}


def built(layout, fields):
    """The bytes that `isboot ibft build` makes of a spec."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(fields, file)
        file.flush()
        return run(isboot_binary(), "ibft", "build", "--layout", layout, file.name)


class LinuxView:
    """What iscsi_ibft shows of the table that isboot shows as `table`. What it leaves out:
    the control structure, extensions, the RADIUS flags' meaning, PCI addresses of devices that
    are not there; addresses that are absent, and secrets without a name."""

    def __init__(self, table):
        self.files = {}
        header = {"signature": "iBFT", "oem_id": table["oem_id"] or "",
                  "oem_table_id": table["oem_table_id"] or ""}
        self._add("acpi_header", header)
        self._initiator(table["initiator"])
        for nic in table["nics"]:
            self._nic(nic)
        for target in table["targets"]:
            self._target(target)

    def _add(self, folder, fields):
        for name, value in fields.items():
            if value is not None:
                self.files[f"{folder}/{name}"] = str(value)

    def _initiator(self, initiator):
        first, second = initiator["radius"]
        self._add("initiator", {
            "index": 0, "flags": _flags(initiator), "initiator-name": initiator["name"],
            "isns-server": _address(initiator["isns"]), "slp-server": _address(initiator["slp"]),
            "pri-radius-server": _address(first), "sec-radius-server": _address(second)})

    def _nic(self, nic):
        dns = nic["dns"] + [None, None]
        prefix = nic["prefix"] or None
        folder = f"ethernet{nic['index']}"
        self._add(folder, {
            "index": nic["index"], "flags": _flags(nic) + 4 * nic["global"],
            "ip-addr": _address(nic["address"]), "prefix-len": prefix,
            "origin": ORIGINS[nic["origin"]], "gateway": _address(nic["gateway"]),
            "primary-dns": _address(dns[0]), "secondary-dns": _address(dns[1]),
            "dhcp": _address(nic["dhcp_server"]), "vlan": nic["vlan"], "mac": nic["mac"],
            "hostname": nic["host_name"]})
        if prefix and prefix <= 32:
            network = ipaddress.ip_network(f"0.0.0.0/{prefix}")
            self._add(folder, {"subnet-mask": network.netmask})

    def _target(self, target):
        chap, reverse = target["chap_name"], target["reverse_chap_name"]
        radius = 4 * target["radius_chap"] + 8 * target["radius_reverse_chap"]
        # Each byte without a leading zero: LUN 1 is 01000000.
        lun = "".join(f"{byte:x}" for byte in bytes.fromhex(target["lun"]))
        self._add(f"target{target['index']}", {
            "index": target["index"], "flags": _flags(target) + radius,
            "ip-addr": _address(target["address"]), "port": target["port"], "lun": lun,
            "chap-type": CHAP_TYPES[target["chap"]], "nic-assoc": target["nic_index"],
            "target-name": target["name"], "chap-name": chap, "rev-chap-name": reverse,
            "chap-secret": target["chap_secret"] if chap else None,
            "rev-chap-name-secret": target["reverse_chap_secret"] if reverse else None})


def _flags(block):
    return block["valid"] + 2 * block["boot_selected"]


def _address(text):
    """As Linux prints it: IPv6 with every digit."""
    return ipaddress.ip_address(text).exploded if text else None


def _without_place(table):
    """What stays when a table is written again: not where it was, nor where its parts were."""
    def strip(value):
        if isinstance(value, dict):
            return {name: strip(item) for name, item in value.items()
                    if name not in ("source", "length", "offset", "findings", "pci")}
        return [strip(item) for item in value] if isinstance(value, list) else value
    return strip(table)


class BootFromBuiltTable(Boot):
    """The quick boot of boot_test.py, with a table of `isboot ibft build`."""

    def __init__(self, name, layout):
        super().__init__(name, KERNEL)
        self._layout = layout

    def _machine(self, port):
        table = built(self._layout, bootable_spec(port))
        return machine.from_kernel(self.workspace, self._kernel, self._initrd, self._arguments,
                                   table)


class SameTableTwice(unittest.TestCase):

    def test_built_as_ipxe(self):
        """A table from `ibft build`, given to the kernel by -acpitable."""
        self._compare_built("ipxe")

    def test_built_as_edk2(self):
        self._compare_built("edk2")

    def test_several_tables(self):
        """Linux numbers them; the one with a boot-selected target is taken, not the first."""
        workspace = Workspace("ibft-several")
        unselected = spec()
        unselected["targets"][0]["boot_selected"] = False
        tables = [built("ipxe", unselected), built("edk2", spec())]
        report = ibft_report.from_tables(workspace, *tables)
        found = {table["source"]: table for table in report.find["tables"]}
        self.assertEqual(list(found), ["acpi:iBFT1", "acpi:iBFT2"])
        self.assertEqual({source for source, table in found.items() if table["chosen"]},
                         {source for source, table in found.items() if table["boot_selected"]})
        self.assertEqual(report.raw, tables[1])
        workspace.clear()

    def test_boots_from_edk2_layout(self):
        """The machine boots from the disk that a built table leads to."""
        boot = BootFromBuiltTable("ibft-boot-edk2", "edk2")
        boot.prove()

    def test_ipxe_bios(self):
        """iPXE's own, in low memory, after a login with mutual CHAP through an e1000."""
        workspace = Workspace("ibft-bios")
        settings = {**ibft_report.CHAP, **ibft_report.REVERSE}
        report = ibft_report.from_ipxe(workspace, nic="e1000", settings=settings)
        self.assertRegex(report.json["source"], r"^lowmem:0x[0-9a-f]+$")
        self._compare(report)
        self._expect_chap(report, "mutual")
        # Without /dev/mem there is still what iscsi_ibft shows, and nothing but it.
        self.assertEqual([table["source"] for table in report.locked["tables"]], ["sysfs"])
        workspace.clear()

    def test_ipxe_uefi(self):
        """iPXE's own, among the ACPI tables, after a login with CHAP through virtio."""
        workspace = Workspace("ibft-uefi")
        report = ibft_report.from_ipxe(workspace, uefi=True, settings=ibft_report.CHAP)
        self.assertEqual(report.json["source"], "acpi:iBFT")
        self._compare(report)
        self._expect_chap(report, "chap")
        self.assertEqual(report.locked["tables"], report.find["tables"])
        workspace.clear()

    def _compare_built(self, layout):
        workspace = Workspace(f"ibft-built-{layout}")
        table = built(layout, spec())
        report = ibft_report.from_tables(workspace, table)
        self.assertEqual(report.raw, table)
        self._compare(report)
        workspace.clear()

    def _compare(self, report):
        self.assertEqual(report.errors, [])
        self.assertEqual(report.json["findings"], [])
        linux = dict(report.sysfs)
        for nic in report.json["nics"]:
            if nic["prefix"] > 32:
                # Linux shifts a 32-bit number by more than 32: what that prints means nothing.
                linux.pop(f"ethernet{nic['index']}/subnet-mask")
        self.assertEqual(LinuxView(report.json).files, linux)
        # isboot's own reading of these files is the table again.
        self.assertEqual(_without_place(report.rebuilt), _without_place(report.json))

    def _expect_chap(self, report, kind):
        target = report.json["targets"][0]
        self.assertEqual(target["chap"], kind)
        self.assertEqual(target["chap_name"], ibft_report.CHAP["username"])
        self.assertEqual(target["chap_secret"], ibft_report.CHAP["password"])
        if kind == "mutual":
            self.assertEqual(target["reverse_chap_name"], ibft_report.REVERSE["reverse-username"])
            self.assertEqual(target["reverse_chap_secret"],
                             ibft_report.REVERSE["reverse-password"])


if __name__ == "__main__":
    unittest.main()
