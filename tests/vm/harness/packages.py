"""Debian packages, unpacked into the cache and never installed: the host stays as it is."""

import os
import re
import shutil
import subprocess

from .process import run
from .workspace import cache_lock


def unpacked(*names):
    """The directory that holds the contents of the packages `names`, fetched once."""
    return _cached(names[0], lambda: names)


def unpacked_with_libraries(name):
    """The same of `name` and of all packages of libraries that it needs, theirs too."""
    return _cached(f"{name}+libraries", lambda: _with_libraries(name))


def _cached(name, choose):
    with cache_lock() as cache:
        tree = cache / name
        if not tree.is_dir():
            _unpack(choose(), tree)
        return tree


def _with_libraries(name):
    known, new = [name], [name]
    while new:
        listing = run("apt-cache", "depends", "--important", *new).decode()
        new = sorted(set(re.findall(r"Depends: ((?:lib|zlib)\S+)", listing)) - set(known))
        known += new
    return known


def unpacked_with_dependencies(label, *names):
    """The directory `label` of the cache, which holds the packages `names` and all that they
    depend on: apt chooses as for a machine on which nothing is installed yet."""
    with cache_lock() as cache:
        tree = cache / label
        if not tree.is_dir():
            partial = _emptied(tree)
            (partial / "archives/partial").mkdir(parents=True)
            (partial / "status").touch()
            _apt_get("-o", f"Dir::State::status={partial}/status",
                     "-o", f"Dir::Cache::archives={partial}/archives", "-o", "Debug::NoLocking=1",
                     "--yes", "--no-install-recommends", "--download-only", "install", *names,
                     cwd=partial)
            _unpack_archives(partial / "archives", partial)
            shutil.rmtree(partial / "archives")
            partial.rename(tree)
        return tree


def dependency(name, pattern):
    """The package on which `name` depends and that matches `pattern`."""
    listing = run("apt-cache", "depends", name).decode()
    found = re.search(rf"Depends: ({pattern})", listing)
    if not found:
        raise RuntimeError(f"{name} depends on nothing like {pattern}; "
                           "are the package lists there? Run: apt-get update")
    return found.group(1)


def _unpack(names, tree):
    """Downloads beside `tree` and renames at the end, so that a broken try leaves no half tree."""
    partial = _emptied(tree)
    _apt_get("download", *names, cwd=partial)
    _unpack_archives(partial, partial)
    partial.rename(tree)


def _emptied(tree):
    partial = tree.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def _unpack_archives(source, tree):
    for archive in sorted(source.glob("*.deb")):
        run("dpkg", "-x", archive, tree)
        archive.unlink()


def _apt_get(*arguments, cwd):
    # As root, apt would hand the download to the user _apt, which may not write here.
    command = ["apt-get", "-o", "APT::Sandbox::User=root", *arguments]
    if subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0:
        return
    # Lists that are old name a version that the mirror has dropped since.
    run(*([] if os.geteuid() == 0 else ["sudo"]), "apt-get", "update")
    run(*command, cwd=cwd)
