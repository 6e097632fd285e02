"""distribution/initramfs-tools/local-top: who is asked for a lease, and when, and whether the rest of
initramfs-tools hears of ip=. Its functions and the programs are stand-ins that write down who called
them."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "distribution/initramfs-tools/local-top"
ISBOOT = """#!/bin/sh
echo "isboot $*" >>"$CALLS"
case "$*" in
  "boot --wanted") exit "$WANTED" ;;
  "ibft show") exit "$TABLE" ;;
esac
"""
NOTHING = 3


class LocalTop(unittest.TestCase):

    def run_script(self, ip="", wanted=0, table=0, boots=0):
        """What is called, in its order, and what the next scripts read; `wanted`, `table`: isboot's exit
        status for the question, `boots`: that of the boot."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for program, text in (("isboot", ISBOOT),
                                  ("boot-and-tell", f'#!/bin/sh\necho boot >>"$CALLS"\nexit {boots}\n')):
                (folder / program).write_text(text, encoding="ascii")
                (folder / program).chmod(0o755)
            (folder / "functions").write_text('configure_networking() { echo lease >>"$CALLS"; }\n',
                                              encoding="ascii")
            subprocess.run([SCRIPT], check=True, env={
                **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "IP": ip,
                "CALLS": str(folder / "calls"), "ISBOOT_FUNCTIONS": str(folder / "functions"),
                "ISBOOT_PARAMETERS": str(folder / "param.conf"),
                "WANTED": str(wanted), "TABLE": str(table)})
            parameters = folder / "param.conf"
            return ((folder / "calls").read_text(encoding="ascii").split("\n")[1:-1],
                    parameters.read_text(encoding="ascii") if parameters.exists() else "")

    def calls(self, *arguments, **options):
        """Until the boot has ended."""
        calls, _ = self.run_script(*arguments, **options)
        return calls[:calls.index("boot") + 1] if calls else []

    def test_nothing_is_done_on_a_machine_that_wants_nothing(self):
        self.assertEqual(self.calls(ip="dhcp", wanted=NOTHING, table=NOTHING), [])

    def test_a_table_needs_no_lease(self):
        self.assertEqual(self.calls(), ["boot"])
        self.assertEqual(self.calls(ip="dhcp"), ["isboot ibft show", "boot"])
        damaged = 1
        self.assertEqual(self.calls(ip="dhcp", table=damaged), ["isboot ibft show", "boot"])

    def test_without_a_table_a_lease_is_got_first_where_one_is_asked_for(self):
        for ip in ("dhcp", "on", "any", "::::host:eth0:dhcp", ":::::eth0:on", "::::host:eth0:dhcp:"):
            self.assertEqual(self.calls(ip, table=NOTHING), ["isboot ibft show", "lease", "boot"],
                             ip)

    def test_a_static_address_needs_none(self):
        for ip in ("", "off", "10.0.2.15::10.0.2.2:255.255.255.0::eth0:off"):
            self.assertEqual(self.calls(ip, table=NOTHING), ["boot"], ip)

    def test_what_isboot_was_told_nobody_does_again(self):
        for ip in ("dhcp", "10.0.2.15::10.0.2.2:255.255.255.0::eth0:off", "[fe80::15]:::64"):
            _, parameters = self.run_script(ip, table=NOTHING)
            self.assertEqual(parameters, "IP=off\n", ip)

    def test_what_was_for_others_stays(self):
        """With a table ip= is not isboot's; nor is it where isboot has not brought the disk."""
        for options in ({"table": 0}, {"table": NOTHING, "boots": 1}, {"wanted": NOTHING, "table": NOTHING}):
            with self.subTest(options):
                self.assertEqual(self.run_script("10.0.2.15::10.0.2.2:24::eth1:off", **options)[1], "")
        self.assertEqual(self.run_script(table=NOTHING)[1], "")


if __name__ == "__main__":
    unittest.main()
