#!/bin/bash
# dracut.modules(7). isboot brings its NIC up itself: no network module of dracut is needed.

# Besides those of this machine: what virtual machines have, and adapters that can boot from iSCSI; the
# PHYs of tg3 and r8169, which these ask the kernel for without depending on them.
isboot_nic_drivers="virtio_net virtio_pci e1000 e1000e vmxnet3 hv_netvsc ena gve 8139cp r8169 tg3
  bnx2 bnx2x bnxt_en igb igc ixgbe i40e ice mlx4_en mlx5_core sfc be2net cxgb4 qede enic ionic
  atlantic broadcom realtek"

check() {
  require_binaries /usr/lib/isboot/isboot-initramfs
}

depends() {
  echo rootfs-block
}

installkernel() {
  local device
  hostonly='' instmods iscsi_tcp iscsi_ibft sd_mod crc32c crc32c_generic crc32c_intel 8021q
  for device in /sys/class/net/*/device/driver/module; do
    [ -e "$device" ] && hostonly='' instmods "$(basename "$(readlink -f "$device")")"
  done
  # One word for each.
  # shellcheck disable=SC2086
  hostonly='' instmods $isboot_nic_drivers
  # As dracut's own module for NICs: of a hostonly image, what this machine has loaded.
  instmods '=drivers/net/mdio' '=drivers/net/phy'
}

# What dracut's module for multipath-tools leaves to others. It looks for their files under other
# distributions' names: Debian's multipathd does not start without these plug-ins, and makes nothing
# of the paths without these rules.
isboot_mend_multipath() {
  local units=etc/systemd/system
  inst_multiple -o /lib/multipath/*.so
  inst_rules 56-dm-mpath.rules 56-dm-parts.rules 60-kpartx.rules 60-multipath.rules \
    99-z-dm-mpath-late.rules
  # Only dracut 059 has this socket in its image. There its own cleanup hook calls multipath, which
  # connects to it; systemd then starts multipathd, whose end the end of the initramfs needs, and
  # calls that end off: the machine stays where it is.
  if [ -e "${initdir:?}${systemdsystemunitdir:?}/multipathd.socket" ]; then
    mkdir -p "$initdir/$units"
    ln -sf /dev/null "$initdir/$units/multipathd.socket"
  fi
}

# dracut does not ask how a module's install() ended. When dracut itself ends, the image that was there
# stays.
isboot_need() {
  "$@" && return
  dfatal "isboot: \"$*\" failed; next: make room in ${TMPDIR:-/var/tmp}, or install isboot anew"
  exit 1
}

install() {
  isboot_need inst_binary /usr/lib/isboot/isboot-initramfs /usr/sbin/isboot
  isboot_need inst_multiple sleep
  isboot_need inst_script /usr/lib/isboot/boot-and-tell /sbin/boot-and-tell
  # The secrets of CHAP; dracut's images are for root alone.
  if [ -e /etc/isboot/credentials ]; then
    isboot_need inst_simple /etc/isboot/credentials
    isboot_need chmod 0600 "${initdir:?}/etc/isboot/credentials"
  fi
  isboot_need inst_hook cmdline 95 "${moddir:?}/parse-isboot.sh"
  inst_hook pre-trigger 90 "$moddir/isboot-pre-trigger.sh"
  inst_hook emergency 10 "$moddir/isboot-emergency.sh"
  inst_hook shutdown 90 "$moddir/isboot-shutdown.sh"
  isboot_need inst_script "$moddir/isboot-initqueue.sh" /sbin/isboot-initqueue
  isboot_need inst_hook initqueue/settled 90 "$moddir/isboot-at-work.sh"
  # The NIC is called as it is in the system, whose settings then fit.
  inst_rules 70-persistent-net.rules 73-special-net-names.rules 75-net-description.rules \
    80-net-setup-link.rules
  inst_multiple -o /usr/lib/systemd/network/*.link /lib/systemd/network/99-default.link
  [ -z "$hostonly" ] || inst_multiple -H -o /etc/systemd/network/*.link
  ! dracut_module_included multipath || isboot_mend_multipath
  dracut_need_initqueue
}
