// Machines without a network manager: a DHCP client of the system's own renews the lease and
// changes nothing.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// `true` as the clients' script: they only speak with the server. The address stays as
// isboot set it, for ever valid, whatever the server answers or does not. The names of dhclient's
// files are those that Debian's AppArmor profile lets it use: it could not read its identity in
// another place, and would get another address. The profile also keeps it from running `true`,
// which is as good (tests/vm/managers_test.py).
constexpr const char* kLeaseScript = R"(managed() {
  systemctl --quiet is-active systemd-networkd.service && return
  systemctl --quiet is-active NetworkManager.service &&
    ! nmcli --terse --fields DEVICE,STATE device | grep -qx "$link:unmanaged"
}
if managed 2>/dev/null; then
  echo "a network manager renews the lease of $link"
  exit 0
fi
PATH=$PATH:/usr/sbin:/sbin
if udhcpc --help >/dev/null 2>&1; then
  exec udhcpc -f -i "$link" -r "$address" -s /bin/true
elif busybox udhcpc --help >/dev/null 2>&1; then
  exec busybox udhcpc -f -i "$link" -r "$address" -s /bin/true
elif command -v dhclient >/dev/null; then
  printf 'send dhcp-client-identifier = hardware;\nsend dhcp-requested-address %s;\n' \
    "$address" >/run/nm-isboot-dhclient.conf
  exec dhclient -4 -d -cf /run/nm-isboot-dhclient.conf -lf /run/dhclient-isboot.leases \
    -pf /run/dhclient-isboot.pid -sf /bin/true "$link"
fi
echo "nobody renews the lease of $link: install udhcpc or isc-dhcp-client" >&2
exit 1
)";

}  // namespace

void append_lease_files(const BootNic& nic, std::vector<RunFile>& files) {
  if (!nic.dhcp || !is_v4_address(nic.address)) return;
  files.push_back({"isboot/renew-lease",
                   "#!/bin/sh\n"
                   "# By isboot: renews the lease of the root disk's NIC when no network manager "
                   "does.\nlink='" +
                       nic.link.name + "' address='" + address_text(nic.address) + "'\n" +
                       kLeaseScript,
                   0755});
  const std::string folder = kUnitFolder;
  files.push_back({folder + "isboot-lease.service",
                   "[Unit]\nDescription=Renews the lease of the root disk's NIC, if nobody else "
                   "does\nAfter=network.target systemd-networkd.service NetworkManager.service\n\n"
                   "[Service]\nExecStart=/bin/sh /run/isboot/renew-lease\n"});
  files.push_back(
      {folder + "multi-user.target.d/isboot.conf", "[Unit]\nWants=isboot-lease.service\n"});
}

}  // namespace isboot::linux_platform
