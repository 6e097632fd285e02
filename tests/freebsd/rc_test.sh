#!/bin/sh
# rc.conf.d/isboot makes rc(8) leave the interfaces of the group alone, and no others; rc.d/isboot has
# a lease renewed and gives a name. With FREEBSD_SRC the tree's own network.subr says what rc(8) makes
# of it. Usage: rc_test.sh PROJECT
set -eu
project=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "rc_test: $*" >&2; exit 1; }
expect() { [ "$2" = "$3" ] || fail "$1 is \"$2\", not \"$3\""; }

printf 'em0.42\nem0\n' >"$work/group"
cat >"$work/ifconfig" <<END
#!/bin/sh
if [ "\$1 \$2" = "-g isboot" ]; then cat "$work/group"; else echo "ifconfig \$*" >>"$work/calls"; fi
END
cat >"$work/sysctl" <<END
#!/bin/sh
cat "$work/origin"
END
printf '#!/bin/sh\necho "dhclient $*" >>"%s/calls"\n' "$work" >"$work/dhclient"
chmod +x "$work/ifconfig" "$work/sysctl" "$work/dhclient"
IFCONFIG_CMD=$work/ifconfig
SYSCTL=$work/sysctl
DHCLIENT_RC=$work/dhclient

settings() {
  ifconfig_DEFAULT="DHCP"
  ifconfig_em0="DHCP"
  ifconfig_em0_42="inet 10.0.0.9/24"
  ifconfig_em0_ipv6="inet6 accept_rtadv"
  ifconfig_em1="SYNCDHCP"
  . "$project/platform/freebsd/rc.conf.d/isboot"
}
echo static >"$work/origin"
settings
expect ifconfig_em0 "$ifconfig_em0" NOAUTO
expect ifconfig_em0_42 "$ifconfig_em0_42" NOAUTO
expect ifconfig_em0_ipv6 "${ifconfig_em0_ipv6-unset}" unset
expect ifconfig_em1 "$ifconfig_em1" SYNCDHCP
expect _isboot_if "${_isboot_if-unset}" unset
echo dhcp >"$work/origin"
settings
expect ifconfig_em0 "$ifconfig_em0" "NOAUTO DHCP"
expect ifconfig_em1 "$ifconfig_em1" SYNCDHCP

# rc.d/isboot without rc.subr, which it finds in /etc.
start() {
  : >"$work/calls"
  sed -e '/rc.subr$/d' -e '/^load_rc_config/d' -e '/^run_rc_command/d' "$project/platform/freebsd/rc.d/isboot" \
    >"$work/isboot"
  (isboot_ifname=$1; . "$work/isboot"; isboot_start >/dev/null)
}
start ""
expect "the lease" "$(cat "$work/calls")" "dhclient quietstart em0.42
dhclient quietstart em0"
start bootnet0
expect "a VLAN's names" "$(grep -c name "$work/calls" || true)" 0
echo em0 >"$work/group"
echo static >"$work/origin"
start bootnet0
expect "a name" "$(cat "$work/calls")" "ifconfig em0 name bootnet0"
echo bootnet0 >"$work/group"
start bootnet0
expect "a name that it has" "$(cat "$work/calls")" ""
sh -n "$project/platform/freebsd/rc.d/isboot"

# What rc(8) itself reads out of the settings: not configured at boot, dhclient(8) allowed.
IFS=:
for tree in ${FREEBSD_SRC:-}; do
  unset IFS
  sed -n -e '/^get_if_var()/,/^}/p' -e '/^ltr()/,/^}/p' "$tree/libexec/rc/rc.subr" "$tree/libexec/rc/network.subr" \
    >"$work/subr"
  for function in _ifconfig_getargs autoif dhcpif noafif; do
    sed -n "/^$function()/,/^}/p" "$tree/libexec/rc/network.subr" >>"$work/subr"
  done
  printf 'em0\n' >"$work/group"
  for origin in static dhcp; do
    echo $origin >"$work/origin"
    (
      set +u
      setvar() { eval "$1=\$2"; }  # built into FreeBSD's sh
      . "$work/subr"
      settings
      if autoif em0; then fail "$tree: rc(8) would set em0 up"; fi
      if dhcpif em0; then dhclient=dhcp; else dhclient=static; fi
      expect "$tree: dhclient(8) for em0" $dhclient $origin
      dhcpif em1 && autoif em1 || fail "$tree: em1 is not as rc.conf says"
    )
  done
  echo "rc_test: $tree agrees"
done
echo "rc_test: ok"
