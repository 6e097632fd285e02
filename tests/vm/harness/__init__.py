"""Whole machines for the tests: a disk, a target that serves it, and QEMU that boots from it."""
