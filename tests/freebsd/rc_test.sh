#!/bin/sh
# rc.conf.d/isboot makes rc(8) leave the interfaces of the group alone, and no others.
set -eu
project=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/ifconfig" <<'END'
#!/bin/sh
[ "$1 $2" = "-g isboot" ] && echo "em0.42" && echo em0
END
chmod +x "$work/ifconfig"
IFCONFIG_CMD=$work/ifconfig
ifconfig_em0="DHCP"
ifconfig_em0_42="inet 10.0.0.9/24"
ifconfig_em0_ipv6="inet6 accept_rtadv"
ifconfig_em1="DHCP"
. "$project/platform/freebsd/rc.conf.d/isboot"
expect() {
  [ "$2" = "$3" ] || { echo "rc_test: $1 is \"$2\", not \"$3\"" >&2; exit 1; }
}
expect ifconfig_em0 "$ifconfig_em0" NOAUTO
expect ifconfig_em0_42 "$ifconfig_em0_42" NOAUTO
expect ifconfig_em0_ipv6 "${ifconfig_em0_ipv6-unset}" unset
expect ifconfig_em1 "$ifconfig_em1" DHCP
expect _isboot_if "${_isboot_if-unset}" unset
sh -n "$project/platform/freebsd/rc.d/isboot"
echo "rc_test: ok"
