"""Where things are, and a directory of its own for every run."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import time

PROJECT = pathlib.Path(__file__).resolve().parents[3]
BUILD = PROJECT / "build" / "vm"
CACHE = BUILD / "cache"


def isboot_binary():
    """The program under test."""
    return _built("ISBOOT_BINARY", "isboot")


def init_binary():
    """What an initramfs of isboot's own has as /init."""
    return _built("ISBOOT_INIT", "isboot-init")


def small_binary():
    """What a distribution's initramfs has, and what the keeper of a system runs."""
    return _built("ISBOOT_SMALL", "isboot-initramfs")


def vm_writer():
    """What writes in the machines."""
    return _built("ISBOOT_VM_WRITER", "tests/vm/vm_writer")


def _built(variable, path):
    """ctest names it by `variable`, by hand it is the release build's."""
    path = pathlib.Path(os.environ.get(variable, PROJECT / "build/release" / path))
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there; build it: cmake --preset ships && cmake --build --preset ships")
    return path


class Workspace:
    """build/vm/<name>/<start>-<pid>: what one run leaves; `clear` drops all but its logs."""

    def __init__(self, name):
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self.path = BUILD / name / f"{stamp}-{os.getpid()}"
        self.path.mkdir(parents=True)

    def __truediv__(self, name):
        return self.path / name

    def clear(self):
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.suffix != ".log":
                entry.unlink()


@contextlib.contextmanager
def alone(tree):
    """One run at a time, of those that do something to `tree` in the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(tree.with_name(f"{tree.name}.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made(tree, make):
    """The directory `tree` of the cache. Of runs at the same time the first one calls
    `make(partial)`, an empty directory, which gets the name when it is whole; the others wait."""
    if tree.is_dir():
        return tree
    with alone(tree):
        if not tree.is_dir():
            partial = tree.with_name(f"{tree.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            make(partial)
            partial.rename(tree)
    return tree
