#include "core/boot/lease.h"

namespace isboot::boot {
namespace {

enum class Item : std::uint8_t {
  Device,
  Address,
  Netmask,
  Gateway,
  Dns,
  SecondDns,
  Server,
  HostName,
  Domain,
  RootPath,
};

struct Name {
  Text text;
  Item item;
};
constexpr Name kNames[] = {
    // klibc's ipconfig
    {"DEVICE", Item::Device},
    {"IPV4ADDR", Item::Address},
    {"IPV4NETMASK", Item::Netmask},
    {"IPV4GATEWAY", Item::Gateway},
    {"IPV4DNS0", Item::Dns},
    {"IPV4DNS1", Item::SecondDns},
    {"HOSTNAME", Item::HostName},
    {"DNSDOMAIN", Item::Domain},
    {"ROOTPATH", Item::RootPath},
    // dhclient's script
    {"new_ip_address", Item::Address},
    {"new_subnet_mask", Item::Netmask},
    {"new_routers", Item::Gateway},
    {"new_domain_name_servers", Item::Dns},
    {"new_dhcp_server_identifier", Item::Server},
    {"new_host_name", Item::HostName},
    {"new_domain_name", Item::Domain},
    {"new_root_path", Item::RootPath},
    // systemd-networkd
    {"ADDRESS", Item::Address},
    {"NETMASK", Item::Netmask},
    {"ROUTER", Item::Gateway},
    {"DNS", Item::Dns},
    {"SERVER_ADDRESS", Item::Server},
    {"DOMAINNAME", Item::Domain},
    {"ROOT_PATH", Item::RootPath},
};

Text unquoted(Text value) {
  const bool quoted = value.size() > 1 && value.front() == value.back() &&
                      (value.front() == '\'' || value.front() == '"');
  return quoted ? part_of(value, 1, value.size() - 2) : value;
}

// Takes the first of several that are separated by blanks or commas.
Text next_item(Text& rest) {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != ' ' && rest[end] != ',') ++end;
  const Text item = part_of(rest, 0, end);
  rest = part_of(rest, end + 1);
  return item;
}

IpAddress next_address(Text& rest) {
  const Result<IpAddress> address = parse_ip(next_item(rest));
  return address ? *address : IpAddress{};
}

void set(Lease& lease, Text& netmask, Item item, Text value) {
  switch (item) {
    case Item::Device:
      (void)lease.device.assign(value);
      break;
    case Item::Address:
      lease.address = next_address(value);
      break;
    case Item::Netmask:
      netmask = value;
      break;
    case Item::Gateway:
      lease.gateway = next_address(value);
      break;
    case Item::Dns:
      for (IpAddress& dns : lease.dns)
        if (!value.empty()) dns = next_address(value);
      break;
    case Item::SecondDns:
      lease.dns[1] = next_address(value);
      break;
    case Item::Server:
      lease.server = next_address(value);
      break;
    case Item::HostName:
      (void)lease.host_name.assign(value);
      break;
    case Item::Domain:
      (void)lease.domain.assign(value);
      break;
    case Item::RootPath:
      (void)lease.root_path.assign(value);
      break;
  }
}

}  // namespace

Lease parse_lease(Text file) {
  Lease lease;
  Text netmask;
  while (!file.empty()) {
    const std::size_t end = position_of(file, '\n');
    const Text line = part_of(file, 0, end);
    file = end == Text::npos ? Text{} : part_of(file, end + 1);
    const std::size_t equals = position_of(line, '=');
    if (equals == Text::npos) continue;
    for (const Name& name : kNames)
      if (same_text(name.text, part_of(line, 0, equals)))
        set(lease, netmask, name.item, unquoted(part_of(line, equals + 1)));
  }
  const Result<std::uint8_t> prefix = parse_netmask(netmask, lease.address);
  lease.prefix = prefix ? *prefix : lease.address.max_prefix();
  return lease;
}

void apply_lease(const Lease& lease, IpParameter& parameter) {
  parameter.address = lease.address;
  parameter.prefix = lease.prefix;
  parameter.gateway = lease.gateway;
  parameter.dhcp_server = lease.server;
  if (parameter.dns[0].is_absent()) parameter.dns = lease.dns;
  if (parameter.host_name.empty()) parameter.host_name = lease.host_name;
  if (parameter.device.empty()) parameter.device = lease.device;
}

}  // namespace isboot::boot
