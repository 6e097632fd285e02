"""The examples of docs/, of the manual pages and of README.md: what people type as it stands there leaves no
secret that others can read."""

import pathlib
import re
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[1]
PAGES = [PROJECT / "README.md", *PROJECT.glob("docs/*.md"), *PROJECT.glob("docs/man/*.1")]
# A shell's > makes a file of CHAP secrets: shown, or out of what `isboot export` wrote.
WRITES_SECRETS = re.compile(r"(--show-secrets|\b(cat|cp)\b.*table\.cpio).*>")


class Examples(unittest.TestCase):

    def test_a_file_of_secrets_is_for_its_owner_alone(self):
        lines = [(page.name, line.removeprefix("# ")) for page in PAGES
                 for line in page.read_text(encoding="utf-8").splitlines() if WRITES_SECRETS.search(line)]
        self.assertEqual({name for name, _ in lines}, {"isboot-export.1", "isboot-ibft.1"})
        for name, line in lines:
            with self.subTest(name):
                self.assertRegex(line, r"^\(umask 077; .*\)$")


if __name__ == "__main__":
    unittest.main()
