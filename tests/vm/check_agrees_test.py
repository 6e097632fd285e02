"""`isboot check` says yes exactly where the kernel gets a disk: over targets that break rules."""

import contextlib
import pathlib
import sys
import tempfile
import unittest

from harness.boot import KERNEL, START_LIMIT, Boot
from harness.machine import HOST
from harness.workspace import PROJECT

sys.path.append(str(PROJECT / "tests/targets"))
import scripted_disk as disk  # noqa: E402  pylint: disable=wrong-import-position
import scripted_target as target  # noqa: E402  pylint: disable=wrong-import-position
from scripted_target import Script  # noqa: E402  pylint: disable=wrong-import-position

GUEST_INIT = PROJECT / "tests/vm/guest/agree-init"
CASE_LIMIT = 60
FIXED = ("HeaderDigest=None", "DataDigest=None", "DefaultTime2Wait=2", "DefaultTime2Retain=20",
         "InitialR2T=Yes", "FirstBurstLength=4096", "MaxBurstLength=4096",
         "MaxRecvDataSegmentLength=4096")
NONE = ("AuthMethod=None", "TargetPortalGroupTag=1")
CHAP = ("user", "secretsecret1")  # what the machine has, where a script has CHAP
SHORT = (disk.REPORT_LUNS, disk.READ_CAPACITY_16, disk.READ_16)
# Whether there is a disk.
CASES = (
    (True, Script()),
    (True, Script(security=(*NONE, *FIXED), operational=FIXED)),
    (True, Script(operational=("MaxConnections=8", "MaxOutstandingR2T=16", "IFMarker=No"))),
    (True, Script(further=("ImmediateData=no", "MaxBurstLength=4096 ", "DefaultTime2Wait=-1"))),
    (True, Script(security=NONE * 2, waits=True, again=FIXED)),
    (True, Script(tsih=0)),
    (True, Script(cmd_sn_ahead=1)),
    (True, Script(stat_sn_stays=True)),
    (True, Script(last_nul=False)),
    (True, Script(security=())),
    (True, Script(luns=(1, 20), refused=SHORT)),
    (True, Script(lun0_lists=False)),
    (True, Script(attentions=(disk.TEST_UNIT_READY, disk.READ_CAPACITY_16, disk.READ_10))),
    (True, Script(block_size=4096)),
    (True, Script(greets=("nop", "ping", "scsi event", "vendor"))),
    (True, Script(refused=(disk.TEST_UNIT_READY,))),
    (True, Script(always=((disk.TEST_UNIT_READY, disk.RECOVERED),))),
    (True, Script(always=((disk.TEST_UNIT_READY, disk.STANDBY),))),
    (True, Script(answers=((disk.READ_CAPACITY_16, bytes(7) + b"\xff" + bytes(24)),))),
    (True, Script(answers=((disk.READ_CAPACITY_10, b"\xff" * 4 + b"\0\0\2\0"),),
                  refused=(disk.READ_CAPACITY_16,))),
    (True, Script(chap=CHAP)),
    (True, Script(chap=CHAP, method="CHAP,None", challenge="CHAP_I= 9", proved=("CHAP_N=target",))),
    (False, Script(chap=("user", "another"))),
    (True, Script(ends_at=(disk.REPORT_LUNS,))),
    (True, Script(sizes=((disk.INQUIRY, 36), (disk.READ_CAPACITY_16, 12)))),
    (True, Script(senses=tuple((command, answer)
                               for command in (disk.TEST_UNIT_READY, disk.READ_10)
                               for answer in (disk.BUSY, disk.TASK_SET_FULL, disk.ABORTED)))),
    (True, Script(senses=((disk.INQUIRY, disk.BUSY), (disk.INQUIRY, disk.NOT_READY)))),
    (True, Script(segment=16, header=((8, 0xaa), (32, 0), (33, 0), (34, 0), (35, 0)))),
    (True, Script(security=("AuthMethod=CHAP,None",), further=("HeaderDigest= none",))),
    (True, Script(stopped=True)),
    (True, Script(sizes=((disk.INQUIRY, 0),), window=0)),
    (True, Script(always=((disk.TEST_UNIT_READY, disk.CONFLICT),), responses=((disk.REPORT_LUNS, 1),))),
    (True, Script(senses=((disk.READ_10, disk.ATTENTION),), sense_bytes=3)),
    (True, Script(senses=((disk.READ_10, disk.ATTENTION),), is_descriptor=True, sense_bytes=2)),
    (True, Script(piece=512, last_piece_first=True)),
    (True, Script(sizes=((disk.READ_CAPACITY_10, 4),), refused=(disk.READ_CAPACITY_16,))),
    (False, Script(greets=("loud ping",))),
    (False, Script(sizes=((disk.READ_CAPACITY_16, 0),))),
    (False, Script(answers=((disk.READ_CAPACITY_16, b"\xff" * 8 + b"\0\0\2\0" + bytes(20)),))),
    (False, Script(block_size=520)),
    (False, Script(always=((disk.TEST_UNIT_READY, disk.NO_MEDIUM),))),
    (False, Script(answers=((disk.READ_CAPACITY_16, bytes(32)),))),
    (False, Script(answers=((disk.INQUIRY, b"\x04" + disk.INQUIRY_DATA[1:]),))),
    (False, Script(answers=((disk.INQUIRY, b"\x20" + disk.INQUIRY_DATA[1:]),))),
    (False, Script(luns=(2,))),
    (False, Script(luns=(2,), lun0_lists=False)),
    (False, Script(operational=("HeaderDigest=CRC32C",))),
    (False, Script(operational=("MaxRecvDataSegmentLength=64k",))),
    (False, Script(security=("AuthMethod=CHAP",))),
    (False, Script(refused=(disk.READ_CAPACITY_16, disk.READ_CAPACITY_10))),
    (False, Script(refused=(disk.READ_10, disk.READ_16))),
    (False, Script(refused=(disk.INQUIRY,))),
)


def says(size, **how):
    """To READ CAPACITY(16)."""
    return Script(answers=((disk.READ_CAPACITY_16, disk.capacity(size, **how)),))


def inquired(at, value):
    """A byte of the INQUIRY data is another one."""
    data = disk.INQUIRY_DATA
    return (disk.INQUIRY, data[:at] + bytes([value]) + data[at + 1:])


MORE = (
    (False, Script(responses=((disk.INQUIRY, 1),))),
    (False, Script(responses=((disk.READ_CAPACITY_16, 1), (disk.READ_CAPACITY_10, 1)))),
    (False, Script(sizes=((disk.READ_CAPACITY_16, 1),))),
    (True, Script(sizes=((disk.READ_CAPACITY_16, 7),))),
    (True, Script(sizes=((disk.READ_CAPACITY_16, 8),))),
    (True, Script(sizes=((disk.READ_CAPACITY_16, 11),))),
    (False, Script(sizes=((disk.READ_CAPACITY_10, 1),), refused=(disk.READ_CAPACITY_16,))),
    (True, says(0)),
    (False, says(1)),
    (False, says(256)),
    (False, says(1536)),
    (False, says(65536)),
    (True, says(0xfffffe00)),
    (True, says(512, protection=0x01)),
    (True, says(512, protection=0x05)),
    (True, says(512, protection=0x07)),
    (True, says(512, protection=0x0f)),
    (True, says(512, protection=0x0e)),
    (False, says(512, blocks=1)),
    (True, says(512, blocks=1 << 33)),
    (True, Script(answers=(inquired(2, 4),))),
    (True, Script(answers=(inquired(2, 0),))),
    (True, Script(answers=(inquired(2, 4),), refused=(disk.READ_CAPACITY_16,))),
    (False, Script(answers=(inquired(2, 4),), refused=(disk.READ_CAPACITY_10,))),
    (True, Script(answers=(inquired(0, 7),))),
    (True, Script(answers=(inquired(0, 0x0e),))),
    (True, Script(answers=(inquired(0, 0x14),))),
    (True, Script(answers=(inquired(1, 0x80),))),
    (True, Script(answers=((disk.MODE_SENSE, disk.WRITE_PROTECTED),))),
    (True, Script(answers=((disk.MODE_SENSE, disk.WRITE_PROTECTED[:3]),))),
    (True, Script(answers=((disk.MODE_SENSE, disk.WRITE_PROTECTED),), block_size=4096)),
    (True, Script(sizes=((disk.MODE_SENSE, 0),))),
    (True, Script(sizes=((disk.READ_10, 512),))),
)
# Sent again without end as soon as the keeper holds the disk: such a machine does not even go off.
ENDLESS = (
    (False, Script(responses=((disk.READ_CAPACITY_16, 1),))),
    (False, Script(responses=((disk.READ_10, 1),))),
)
# Linux' sd takes a disk after 100 s, whatever that says of itself.
SLOW = ((True, Script(always=((disk.TEST_UNIT_READY, disk.STOPPED),))),)


class CheckAgrees(unittest.TestCase):

    def test_with_the_kernel(self):
        self._agree("check-agrees", CASES, 8)

    def test_with_more_odd_disks(self):
        self._agree("check-agrees-more", MORE, 8)

    def test_what_linux_sends_again_without_end(self):
        self._agree("check-agrees-endless", ENDLESS, 8, goes_off=False)

    def test_until_the_kernel_waits_no_more(self):
        self._agree("check-agrees-slow", SLOW, 130)

    def _agree(self, name, cases, timeout, goes_off=True):  # pylint: disable=too-many-arguments
        ports = [self.enterContext(target.serving(script)) for _, script in cases]
        urls = "".join(f"iscsi:{HOST}::{port}:1:iqn.2026-11.org.example:disk"
                       f"{' /etc/credentials' if script.chap else ''}\n"
                       for port, (_, script) in zip(ports, cases))
        with tempfile.TemporaryDirectory() as folder:
            files = {"urls": urls, "credentials": "name={}\nsecret={}\n".format(*CHAP)}
            for file, text in files.items():
                pathlib.Path(folder, file).write_text(text, encoding="ascii")
            boot = Boot(name, KERNEL, f"vm.timeout={timeout}", guest_init=GUEST_INIT,
                        files={f"etc/{file}": f"{folder}/{file}" for file in files})
        # Its other disks come from targets that break rules; root's file system has to be well.
        boot.errors = "EXT4-fs error|Aborting journal"
        print(f"logs: {boot.workspace.path}")
        with contextlib.ExitStack() as life:
            qemu = life.enter_context(boot.running())
            boot.wait_for_report()
            for number, (wanted, script) in enumerate(cases):
                with self.subTest(script):
                    found = boot.console.wait_for(
                        rf"^ISBOOT-AGREE {number} check=(\d+) attach=(\d+) read=(\w+) ro=(\d) noted=(\d+)",
                        CASE_LIMIT + 2 * timeout + (START_LIMIT if number == 0 else 0), f"case {number}")
                    check, attach, read, protected, noted = found.groups()
                    has_disk = attach == "0" and read == "yes"
                    self.assertEqual(check == "0", has_disk, found.group(0))
                    self.assertEqual(has_disk, wanted, found.group(0))
                    self.assertEqual(noted != "0", protected == "1", found.group(0))
            if goes_off:
                boot.wait_for_power_off(qemu)
        if goes_off:
            boot.check()
        boot.workspace.clear()


if __name__ == "__main__":
    unittest.main()
