"""No GRUB: firmware starts a unified kernel image from the iSCSI disk, and with it the kernel's own
EFI stub."""

import unittest

from harness import unified_kernel
from harness.boot import UEFI, Boot
from harness.edk2 import Edk2Boot
from harness.edk2_settings import Attempt


class _Unified(Boot):
    """With that image in the place of the disk's loader."""

    def __init__(self, *what, **options):
        super().__init__(*what, **options)
        self.disk.replace_loader(unified_kernel.build(self.workspace, self._kernel, self._initrd,
                                                      self._arguments), self.processor)


class _UnifiedByEdk2(_Unified, Edk2Boot):
    pass


class UnifiedKernel(unittest.TestCase):

    def test_ipxe(self):
        self.assertNotIn("GRUB", _Unified("unified-ipxe", UEFI).prove())

    def test_edk2(self):
        boot = _UnifiedByEdk2("unified-edk2", lambda port: [Attempt(port)])
        self.assertNotIn("GRUB", boot.prove())


if __name__ == "__main__":
    unittest.main()
