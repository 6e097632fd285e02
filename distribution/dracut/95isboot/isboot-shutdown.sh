#!/bin/sh
# dracut's shutdown hook, in the ramfs that the machine ends in: root is unmounted here.
isboot status >/dev/null 2>&1 && isboot keep --shutdown
:
