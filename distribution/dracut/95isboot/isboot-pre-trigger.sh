#!/bin/sh
# dracut's pre-trigger hook, before systemd-networkd starts in this initramfs. That ends with it, and the
# address of a lease that it has got would go when the lease is over: root's session with it, where the
# system's own manager is not up by then to renew it.
if isboot boot --wanted; then
  for isboot_file in /run/systemd/network/*.network; do
    [ -e "$isboot_file" ] || continue
    mkdir -p "$isboot_file.d"
    printf '[Network]\nKeepConfiguration=yes\n' >"$isboot_file.d/isboot.conf"
  done
fi
