"""Programs of Debian's packages for a guest, with the libraries that their loader asks for."""

import pathlib
import re

from .process import run

LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/ceph",
             "lib")
LOADER = "lib64/ld-linux-x86-64.so.2"


def with_libraries(tree, *programs):
    """Path in the guest → file below `tree`, a directory of unpacked packages, for `programs`
    (paths below it) and all that they need. Every library goes where the loader looks first."""
    path = ":".join(str(tree / directory) for directory in LIBRARIES)
    loader = tree / LIBRARIES[0] / pathlib.Path(LOADER).name
    files = {LOADER: loader}
    for program in programs:
        files[program] = tree / program
        listing = run(loader, "--library-path", path, "--list", tree / program).decode()
        for name, found in re.findall(r"(\S+) => (\S+) \(", listing):
            files[f"{LIBRARIES[0]}/{name}"] = pathlib.Path(found)
    return files
