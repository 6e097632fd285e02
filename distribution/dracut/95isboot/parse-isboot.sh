#!/bin/sh
# dracut's cmdline hook: with a table, the boot is a job of the initqueue.
if isboot boot --wanted; then
  /sbin/initqueue --settled --onetime --unique --name isboot /sbin/isboot-initqueue
fi
