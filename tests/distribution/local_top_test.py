"""distribution/initramfs-tools/local-top: who is asked for a lease, and when. initramfs-tools'
functions and the programs are stand-ins that write down who called them."""

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

    def calls(self, ip="", wanted=0, table=0):
        """What is called, in its order; `wanted`, `table`: isboot's exit status for the question."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for program, text in (("isboot", ISBOOT),
                                  ("boot-and-tell", '#!/bin/sh\necho boot >>"$CALLS"\n')):
                (folder / program).write_text(text, encoding="ascii")
                (folder / program).chmod(0o755)
            (folder / "functions").write_text('configure_networking() { echo lease >>"$CALLS"; }\n',
                                              encoding="ascii")
            subprocess.run([SCRIPT], check=True, env={
                **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "IP": ip,
                "CALLS": str(folder / "calls"), "ISBOOT_FUNCTIONS": str(folder / "functions"),
                "WANTED": str(wanted), "TABLE": str(table)})
            return (folder / "calls").read_text(encoding="ascii").split("\n")[1:-1]

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


if __name__ == "__main__":
    unittest.main()
