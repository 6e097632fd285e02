"""A disk that its target keeps in a file system too small for it: it can be full."""

import contextlib

from .process import run

LARGE_ENOUGH = "512m"
BLOCK = 64 << 10


class SmallDisk:
    """`disk`: as of disk.Disk."""

    def __init__(self, workspace, disk):
        self._folder = workspace / "small"
        self._filler = self._folder / "filler"
        self._disk = disk

    @contextlib.contextmanager
    def mounted(self):
        """The image is there while the block runs; afterwards where it was before."""
        before = self._disk.path
        self._folder.mkdir()
        run("mount", "-t", "tmpfs", "-o", f"size={LARGE_ENOUGH}", "isboot-vm", self._folder)
        try:
            self._move(before, self._folder / before.name)
            yield self
            self._move(self._disk.path, before)
        finally:
            run("umount", "-l", self._folder)

    def fill(self):
        """Whatever is written where nothing was before finds no room."""
        with open(self._filler, "wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(BLOCK))

    def empty(self):
        self._filler.unlink()

    def _move(self, source, to):
        run("cp", "--sparse=always", source, to)
        self._disk.path = to
