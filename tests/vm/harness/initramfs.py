"""Writes an initramfs: a cpio archive in the "newc" form (kernel: driver-api/early-userspace)."""

import gzip
import io
import stat

DIRECTORIES = ("proc", "sys", "dev", "run", "root")


def build(files, directories=DIRECTORIES, links=None, private=None):
    """`files`: path → contents, `links`: path → target. Everything is executable: it is small
    and short-lived, and one rule is easier to read than a table of modes; but what is in `private`,
    path → contents, only root may read."""
    archive = io.BytesIO()
    entries = {path: (stat.S_IFDIR | 0o755, b"") for path in _parents([*files, *(links or {}), *(private or {})])}
    entries |= {path: (stat.S_IFDIR | 0o755, b"") for path in directories}
    entries |= {path: (stat.S_IFREG | 0o755, data) for path, data in files.items()}
    entries |= {path: (stat.S_IFREG | 0o600, data) for path, data in (private or {}).items()}
    entries |= {path: (stat.S_IFLNK | 0o777, to.encode()) for path, to in (links or {}).items()}
    for number, path in enumerate(sorted(entries), start=1):
        _write_entry(archive, number, path, *entries[path])
    _write_entry(archive, 0, "TRAILER!!!", 0, b"")
    return gzip.compress(archive.getvalue(), compresslevel=1)


def _parents(paths):
    for path in paths:
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            yield "/".join(parts[:depth])


def _write_entry(archive, inode, path, mode, data):
    name = path.encode() + b"\0"
    # inode, mode, uid, gid, links, mtime, size, device ×2, special device ×2, name size, check
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    archive.write(b"070701" + b"".join(b"%08x" % field for field in fields) + name)
    _pad(archive)
    archive.write(data)
    _pad(archive)


def _pad(archive):
    archive.write(b"\0" * (-archive.tell() % 4))
