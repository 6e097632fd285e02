"""Debian's stock kernel and the modules that an initramfs needs of it."""

import pathlib

from . import packages
from .process import run
from .workspace import alone

# What the machines of these tests need; dependencies come with them. crc32c is asked for by
# name at run time (libcrc32c, ext4), so that no dependency in modules.dep mentions it.
MODULES = ("virtio_pci", "virtio_net", "e1000", "e1000e", "iscsi_tcp", "iscsi_ibft", "sd_mod",
           "ext4", "crc32c_generic", "crc32c_intel")
OF_SOME = {"crc32c_generic", "crc32c_intel"}  # other processors and newer kernels have no such modules
INDEXES = ("modules.dep", "modules.alias", "modules.softdep")


class Kernel:
    """`image`: the file to boot. `version`: as uname -r prints it. `tree`: what the package holds."""

    def __init__(self, archive=packages.HOST):
        meta = f"linux-image-{archive.architecture or 'amd64'}"
        package = packages.dependency(meta, r"linux-image-\d\S+", archive)
        self.version = package.removeprefix("linux-image-")
        # That package of a newer kernel (7.3) is empty, and depends on these.
        parts = packages.dependencies(package, r"linux-(?:base|binary|modules)-\d\S+", archive)
        self.tree = packages.unpacked(package, *parts, archive=archive)
        self.image = self.tree / "boot" / f"vmlinuz-{self.version}"
        if not self.image.exists():
            self.image = self.tree / "usr/lib/modules" / self.version / "vmlinuz"
        self._modules = self.tree / "lib/modules" / self.version
        with alone(self.tree):
            # Debian 13 has them below /usr, where depmod follows this link.
            if not (self.tree / "lib").exists():
                (self.tree / "lib").symlink_to("usr/lib")
            if not (self._modules / "modules.dep").exists():
                run("depmod", "-b", self.tree, self.version)

    def module_files(self, names=MODULES):
        """Path in an initramfs → contents: the modules, what they depend on, depmod's indexes."""
        chosen = self._with_dependencies(names)
        root = f"lib/modules/{self.version}"
        files = {f"{root}/{path}": (self._modules / path).read_bytes() for path in chosen}
        for index in INDEXES:
            files[f"{root}/{index}"] = self._index(index, chosen)
        return files

    def _with_dependencies(self, names):
        """Paths relative to the module directory."""
        needs = {}
        for line in (self._modules / "modules.dep").read_text().splitlines():
            path, _, others = line.partition(":")
            needs[path] = others.split()
        by_name = {_name(path): path for path in needs}
        built_in = {_name(path) for path in (self._modules / "modules.builtin").read_text().split()}
        chosen = set()
        for name in set(names) - built_in - (OF_SOME - by_name.keys()):
            path = by_name[name]
            chosen.update([path, *needs[path]])
        return sorted(chosen)

    def _index(self, index, chosen):
        """The lines of one of depmod's indexes that speak of the chosen modules."""
        names = {_name(path) for path in chosen}
        field = {"modules.dep": 0, "modules.alias": -1, "modules.softdep": 1}[index]
        kept = []
        for line in (self._modules / index).read_text().splitlines(keepends=True):
            if not line.startswith("#") and _name(line.split()[field].rstrip(":")) in names:
                kept.append(line)
        return "".join(kept).encode()


def of_suite(suite):
    """The newest that this suite of Debian's has."""
    return Kernel(packages.HOST if suite == "bookworm" else packages.Archive(suite))


def _name(path):
    return pathlib.PurePath(path).name.removesuffix(".xz").removesuffix(".ko").replace("-", "_")
