#!/usr/bin/env python3
"""Starts a tgtd on loopback and runs login_compare against it. Usage: login_compare.py PROGRAM [ROUNDS]"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests" / "targets"))
import daemons  # noqa: E402

with tempfile.TemporaryDirectory() as folder, daemons.tgt(pathlib.Path(folder)) as daemon:
    sys.exit(subprocess.run([sys.argv[1], "127.0.0.1", str(daemon.port),
                             daemons.name_of("none", "none"), *sys.argv[2:]],
                            check=False).returncode)
