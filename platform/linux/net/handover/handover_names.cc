// DNS servers and host name, in the forms of several readers.
#include <algorithm>

#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

std::string netmask(std::uint8_t prefix) {
  const std::uint32_t bits = prefix == 0 ? 0 : UINT32_MAX << (32 - std::min<unsigned>(prefix, 32));
  return address_text(
      IpAddress::v4(static_cast<std::uint8_t>(bits >> 24), static_cast<std::uint8_t>(bits >> 16),
                    static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)));
}

void append_line(std::string& content, const char* name, const std::string& value) {
  content += std::string{name} + "='" + value + "'\n";
}

// Of printable letters, none of which ends the quotes.
bool is_quotable(const std::string& value) {
  return !value.empty() && std::all_of(value.begin(), value.end(),
                                       [](char c) { return c > ' ' && c <= '~' && c != '\''; });
}

// PROTO is "dhcp" or "none": cloud-init, which reads this file, refuses other words.
std::string ipconfig_conf(const BootNic& nic) {
  std::string content;
  const auto address = [&content](const char* name, const IpAddress& value) {
    append_line(content, name, address_text(value.is_v4() ? value : IpAddress::v4(0, 0, 0, 0)));
  };
  append_line(content, "DEVICE", nic.link.name);
  append_line(content, "PROTO", nic.dhcp ? "dhcp" : "none");
  address("IPV4ADDR", nic.address);
  append_line(content, "IPV4NETMASK", netmask(nic.prefix));
  address("IPV4GATEWAY", nic.gateway);
  address("IPV4DNS0", nic.dns[0]);
  address("IPV4DNS1", nic.dns[1]);
  append_line(content, "HOSTNAME", is_host_name(nic.host_name) ? nic.host_name : "");
  if (is_quotable(nic.root_path)) append_line(content, "ROOTPATH", nic.root_path);
  return content;
}

// ipconfig knows no IPv6. The names are those that cloud-init reads (cloudinit/net/cmdline.py);
// the mask is a number there.
std::string ipconfig_conf_v6(const BootNic& nic) {
  std::string content;
  const auto address = [&content](const char* name, const IpAddress& value) {
    if (!value.is_absent() && !value.is_v4()) append_line(content, name, address_text(value));
  };
  append_line(content, "DEVICE6", nic.link.name);
  append_line(content, "IPV6PROTO", "none");
  address("IPV6ADDR", nic.address);
  append_line(content, "IPV6NETMASK", std::to_string(nic.prefix));
  address("IPV6GATEWAY", nic.gateway);
  address("IPV6DNS0", nic.dns[0]);
  address("IPV6DNS1", nic.dns[1]);
  return content;
}

}  // namespace

bool is_host_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 253 && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), fits);
}

void append_name_files(const BootNic& nic, std::vector<RunFile>& files) {
  std::string resolv_conf;
  std::string fallback;
  for (const IpAddress& server : nic.dns) {
    if (server.is_absent()) continue;
    resolv_conf += "nameserver " + address_text(server) + "\n";
    fallback += " " + address_text(server);
  }
  if (!resolv_conf.empty()) {
    files.push_back({"isboot/resolv.conf", resolv_conf});
    // systemd-resolved asks these only while no manager has told it of others.
    files.push_back(
        {"systemd/resolved.conf.d/isboot.conf", "[Resolve]\nFallbackDNS=" + fallback + "\n"});
  }
  if (is_host_name(nic.host_name)) files.push_back({"isboot/hostname", nic.host_name + "\n"});
  // As open-iscsi's initramfs leaves it: cloud-init takes the next file for the configuration of
  // this NIC only when it is there (cloudinit/net/cmdline.py).
  files.push_back({"initramfs/open-iscsi.interface", nic.link.name + "\n"});
  if (is_v4_address(nic.address))
    files.push_back({"net-" + nic.link.name + ".conf", ipconfig_conf(nic)});
  else if (!nic.address.is_absent())
    files.push_back({"net6-" + nic.link.name + ".conf", ipconfig_conf_v6(nic)});
}

}  // namespace isboot::linux_platform
