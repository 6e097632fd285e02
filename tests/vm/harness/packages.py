"""Debian packages, unpacked into the cache and never installed: the host stays as it is."""

import dataclasses
import os
import re
import shutil
import subprocess

from .process import run
from .workspace import CACHE, alone, made

MIRROR = "http://deb.debian.org/debian"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclasses.dataclass(frozen=True)
class Archive:
    """Where packages come from: the host's own sources, or another `suite` or `architecture` of
    Debian, whose lists are fetched into the cache."""
    suite: str = ""
    architecture: str = ""

    def label(self, name):
        """What `name` is called in the cache."""
        return "-".join(filter(None, (name, self.suite, self.architecture)))

    def apt(self):
        """What apt has to be told; the lists are there then."""
        if self == HOST:
            return []
        return self._options(made(CACHE / self.label("apt"), self._fetch_lists))

    def _fetch_lists(self, folder):
        suite = self.suite or run("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").decode().strip()
        for path in ("lists/partial", "cache/archives/partial"):
            (folder / path).mkdir(parents=True)
        (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} {suite} main\n", encoding="ascii")
        run("apt-get", "-o", "APT::Sandbox::User=root", *self._options(folder), "update")

    def _options(self, folder):
        options = [f"Dir::Etc::sourcelist={folder}/sources.list", "Dir::Etc::sourceparts=/dev/null",
                   f"Dir::State::lists={folder}/lists", f"Dir::Cache={folder}/cache"]
        if self.architecture:
            options += [f"APT::Architecture={self.architecture}",
                        f"APT::Architectures={self.architecture}"]
        return [word for option in options for word in ("-o", option)]


HOST = Archive()


def unpacked(*names, archive=HOST):
    """The directory that holds the contents of the packages `names`, fetched once."""
    return _cached(archive.label(names[0]), archive, lambda apt: names)


def unpacked_with_libraries(name, archive=HOST):
    """The same of `name` and of all packages of libraries that it needs, theirs too."""
    return _cached(archive.label(f"{name}+libraries"), archive,
                   lambda apt: _with_libraries(name, apt))


def _cached(label, archive, choose):
    def fetch(tree):
        apt = archive.apt()
        _apt_get(apt, "download", *choose(apt), cwd=tree)
        _unpack_archives(tree, tree)
    return made(CACHE / label, fetch)


def _with_libraries(name, apt):
    known, new = [name], [name]
    while new:
        listing = run("apt-cache", *apt, "depends", "--important", *new).decode()
        new = sorted(set(re.findall(r"Depends: ((?:lib|zlib)\S+)", listing)) - set(known))
        known += new
    return known


def unpacked_with_dependencies(label, *names, archive=HOST):
    """The directory `label` of the cache, which holds the packages `names` and all that they
    depend on: apt chooses as for a machine on which nothing is installed yet."""
    def fetch(tree):
        (tree / "archives/partial").mkdir(parents=True)
        (tree / "status").touch()
        _apt_get(archive.apt(), "-o", f"Dir::State::status={tree}/status",
                 "-o", f"Dir::Cache::archives={tree}/archives", "-o", "Debug::NoLocking=1",
                 "--yes", "--no-install-recommends", "--download-only", "install", *names, cwd=tree)
        _unpack_archives(tree / "archives", tree)
        shutil.rmtree(tree / "archives")
    return made(CACHE / archive.label(label), fetch)


def archive_of(name, archive=HOST):
    """The file of the package `name` itself, fetched once."""
    folder = made(CACHE / archive.label(f"{name}.deb"),
                  lambda folder: _apt_get(archive.apt(), "download", name, cwd=folder))
    return next(folder.iterdir())


def dependency(name, pattern, archive=HOST):
    """The package on which `name` depends and that matches `pattern`."""
    found = dependencies(name, pattern, archive)
    if not found:
        raise RuntimeError(f"{name} depends on nothing like {pattern}; "
                           "are the package lists there? Run: apt-get update")
    return found[0]


def dependencies(name, pattern, archive=HOST):
    """All of those, in the order in which `name` has them."""
    listing = run("apt-cache", *archive.apt(), "depends", name).decode()
    return re.findall(rf"Depends: ({pattern})$", listing, re.MULTILINE)


def _unpack_archives(source, tree):
    # base-files first: in Debian 13 it has the links from /bin to /usr/bin.
    for archive in sorted(source.glob("*.deb"), key=lambda file: (not file.name.startswith("base-files_"), file)):
        run("dpkg", "-x", archive, tree)
        archive.unlink()


def _apt_get(apt, *arguments, cwd):
    # As root, apt would hand the download to the user _apt, which may not write here.
    command = ["apt-get", *apt, "-o", "APT::Sandbox::User=root", *arguments]
    if subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0:
        return
    # Lists that are old name a version that the mirror has dropped since.
    root = [] if os.geteuid() == 0 else ["sudo"]
    with alone(CACHE / "update"):
        run(*root, "apt-get", *apt, "update")
    run(*command, cwd=cwd)
