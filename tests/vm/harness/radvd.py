"""A router that advertises itself and a prefix, radvd(8) of Debian's package, on this host."""

import contextlib
import subprocess

from . import packages
from .process import running


def fetch():
    """Fills the cache, so that a machine needs no network any more."""
    return packages.unpacked("radvd", "libc6")


@contextlib.contextmanager
def running_with(workspace, conf):
    """While the block runs; `conf`: what radvd.conf says."""
    file = workspace / "radvd.conf"
    file.write_text(conf, encoding="ascii")
    file.chmod(0o600)
    tree = fetch()
    libraries = tree / "lib/x86_64-linux-gnu"
    with open(workspace / "radvd.log", "ab") as log, \
         running(libraries / "ld-linux-x86-64.so.2", "--library-path", libraries,
                 tree / "usr/sbin/radvd", "-n", "-C", file, "-m", "stderr",
                 "-p", workspace / "radvd.pid", stdout=log, stderr=log, stdin=subprocess.DEVNULL):
        yield
