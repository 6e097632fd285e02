// What the DHCP client of an initramfs leaves behind: a file of lines NAME=VALUE, with names
// of its own in klibc's ipconfig (/run/net-*.conf), dhclient as dracut runs it
// (/tmp/dhclient.*.dhcpopts) and systemd-networkd (/run/systemd/netif/leases/*).
#pragma once

#include "core/base/host_name.h"
#include "core/boot/ip_parameter.h"

namespace isboot::boot {

struct Lease {
  LinkName device;  // empty: the file does not say, its name may
  IpAddress address;
  std::uint8_t prefix = 0;  // bits
  IpAddress gateway;
  std::array<IpAddress, 2> dns;
  IpAddress server;
  InlineText<64> host_name;
  HostName domain;
  InlineText<512> root_path;  // the option, RFC 2132 section 3.19
};

// What it does not understand is skipped. Nothing can be wrong with it: what is missing is
// absent in the result.
Lease parse_lease(Text file);

// Puts what the client got into a parameter that asks for it.
void apply_lease(const Lease& lease, IpParameter& parameter);

}  // namespace isboot::boot
