"""The kernel of a row of the matrix, and the initramfs that it starts with: isboot alone, or what Debian's
own tools make of a system that has isboot's package."""

import dataclasses
import hashlib
import shutil
import types

from . import distribution, initramfs
from .distribution_roots import ROOTS
from .kernel import MODULES, of_suite
from .workspace import CACHE, Workspace, init_binary

ALONE = "isboot-init"


def of(system, suite, private):
    """(kernel, bytes). `private`: path → text, which only root may read."""
    return _alone(suite, private) if system == ALONE else _debians(suite, system, private)


def _alone(suite, private):
    kernel = of_suite(suite)
    return kernel, initramfs.build(
        {"init": init_binary().read_bytes(), **kernel.module_files((*MODULES, "8021q"))},
        private={path: text.encode() for path, text in private.items()})


def _debians(suite, generator, private):
    """Made once of a package: it takes minutes."""
    of_what = hashlib.sha256(distribution.package().read_bytes() + repr(private).encode()).hexdigest()
    # The base has the same kernel, and stays.
    image, _ = distribution.kernel_of(distribution.base(suite, generator))
    made = CACHE / f"initrd-{suite}-{generator}-{of_what}"
    if not made.is_file():
        workspace = Workspace(f"matrix-{suite}-{generator}")
        root = dataclasses.replace(ROOTS["ext4"], files=private)
        _, initrd = distribution.kernel_of(distribution.install(workspace, suite, generator, root))
        partial = workspace / "initrd"
        partial.write_bytes(initrd)
        partial.rename(made)
        shutil.rmtree(workspace.path)
    return types.SimpleNamespace(image=image), made.read_bytes()
