// NetworkManager: a profile for the link, and the state file that says it is in use already.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// A UUID in the form of a random one (RFC 4122 section 4.4), but the same for the same link
// at every boot: "isboot", the VID, the MAC.
std::string uuid(const MacAddress& mac, std::uint16_t vlan) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string made = "6973626f-6f74-4000-8";
  for (int shift = 8; shift >= 0; shift -= 4) made += kDigits[vlan >> shift & 15];
  made += '-';
  for (const std::uint8_t byte : mac.bytes) {
    made += kDigits[byte >> 4];
    made += kDigits[byte & 15];
  }
  return made;
}

// Profiles are private to root, or NetworkManager refuses them.
constexpr unsigned kPrivate = 0600;

std::string connection(const KnownLink& link, const std::string& uuid, const char* type) {
  return kSaysWho + ("[connection]\nid=isboot " + link.name + "\nuuid=" + uuid + "\ntype=" + type) +
         "\nautoconnect-priority=999\nautoconnect-retries=0\n";
}

std::string ethernet(const BootNic& nic) {
  return "\n[ethernet]\nmac-address=" + std::string{to_text(nic.mac).view()} + "\n\n";
}

// One family's part of the profile. The address is written down beside method=auto: a lease or
// an advertisement that ends then takes nothing away.
std::string ip_settings(const BootNic& nic, bool v4, const char* method) {
  const auto ours = [v4](const IpAddress& address) {
    return !address.is_absent() && address.is_v4() == v4;
  };
  std::string content = std::string{"method="} + method +
                        "\naddress1=" + address_text(nic.address) + "/" +
                        std::to_string(nic.prefix) + "\n";
  const bool routed = ours(nic.gateway);
  if (routed && !nic.dhcp) content += "gateway=" + address_text(nic.gateway) + "\n";
  if (ours(nic.target)) {
    content += "route1=" + address_text(nic.target) + "/" + std::to_string(nic.target.max_prefix());
    if (routed && !same_network(nic.target, nic.address, nic.prefix))
      content += "," + address_text(nic.gateway);
    content += "\n";
  }
  std::string servers;
  for (const IpAddress& server : nic.dns)
    if (ours(server)) servers += address_text(server) + ";";
  if (!servers.empty()) content += "dns=" + servers + "\n";
  return content;
}

std::string ipv4(const BootNic& nic) {
  if (!is_v4_address(nic.address)) return "[ipv4]\nmethod=disabled\n\n";
  std::string content = "[ipv4]\n" + ip_settings(nic, true, nic.dhcp ? "auto" : "manual");
  // As firmware identifies itself; and a server that is silent for long is no reason to
  // give the link up (the longest time that can be written).
  if (nic.dhcp) content += "dhcp-client-id=mac\ndhcp-timeout=2147483647\n";
  return content + "\n";
}

// The kernel made the address of the prefix and the MAC. NetworkManager with "stable-privacy" makes
// another one and lets the kernel's run out; 1.42 takes "eui64" when this section does not say, but
// not in every profile. Routers that are silent are no reason to give the link up.
std::string advertised_settings(const BootNic& nic) {
  constexpr const char* kAsTheKernel =
      "addr-gen-mode=eui64\nip6-privacy=0\nra-timeout=2147483647\n";
  if (nic.address.is_absent() || nic.address.is_v4())
    return std::string{"method=auto\n"} + kAsTheKernel;
  return ip_settings(nic, false, "auto") + kAsTheKernel;
}

// Never method=ignore or disabled: NetworkManager (1.42) turns IPv6 off and on again then,
// and all of the link's IPv6 addresses are lost.
std::string ipv6(const BootNic& nic) {
  if (nic.advertised) return "[ipv6]\n" + advertised_settings(nic);
  if (nic.address.is_absent() || nic.address.is_v4()) return "[ipv6]\nmethod=auto\n";
  return "[ipv6]\n" + ip_settings(nic, false, "manual");
}

void append(const KnownLink& link, const std::string& uuid, const std::string& profile,
            std::vector<RunFile>& files) {
  files.push_back({"NetworkManager/system-connections/isboot-" + link.name + ".nmconnection",
                   profile, kPrivate});
  // It is what NetworkManager leaves behind when it ends, and reads when it starts again:
  // then it takes the link over as it is. Without it, it would do so only for a profile that
  // equals what it finds, and a lease never does.
  if (link.index != 0)
    files.push_back({"NetworkManager/devices/" + std::to_string(link.index),
                     "[device]\nmanaged=true\nconnection-uuid=" + uuid + "\n"});
}

}  // namespace

void append_network_manager_files(const BootNic& nic, std::vector<RunFile>& files) {
  const std::string below = uuid(nic.mac, 0);
  const auto add = [&](const KnownLink& link, const std::string& own, const ManagedLink& managed) {
    append(link, own, managed.profile, files);
    append_network_manager_join(nic, managed, files);
  };
  if (nic.vlan == 0) {
    add(nic.link, below,
        {nic.link.name, "ethernet", true,
         connection(nic.link, below, "ethernet") + ethernet(nic) + ipv4(nic) + ipv6(nic)});
    return;
  }
  add(nic.nic, below,
      {nic.nic.name, "ethernet", false,
       connection(nic.nic, below, "ethernet") + ethernet(nic) +
           "[ipv4]\nmethod=disabled\n\n[ipv6]\nmethod=link-local\n"});
  const std::string own = uuid(nic.mac, nic.vlan);
  add(nic.link, own,
      {nic.link.name, "vlan", true,
       connection(nic.link, own, "vlan") + "interface-name=" + nic.link.name + "\n\n[vlan]\nid=" +
           std::to_string(nic.vlan) + "\nparent=" + below + "\n\n" + ipv4(nic) + ipv6(nic)});
}

}  // namespace isboot::linux_platform
