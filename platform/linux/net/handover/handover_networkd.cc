// systemd-networkd, and systemd-udevd, which must not rename the NIC.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// Type= keeps the file off the VLANs and bridges that have the same MAC.
std::string match(const std::string& name, const MacAddress& mac, const char* type) {
  return "[Match]\nName=" + name + "\nMACAddress=" + std::string{to_text(mac).view()} +
         "\nType=" + type + "\n\n";
}

std::string network_file(const BootNic& nic) {
  std::string content = kSaysWho;
  content += nic.vlan != 0 ? match(nic.link.name, nic.mac, "vlan") : match("*", nic.mac, "ether");
  // No Address=: it is there and is kept. Debian 12's networkd (252), told an address that
  // it has not set itself, sets it over and over and then gives the link up as failed
  // (tests/netns/networkd_test.cc).
  content += "[Network]\nKeepConfiguration=yes\n";
  if (nic.dhcp) content += "DHCP=ipv4\n";
  // Said, because networkd does not listen by itself on a machine that forwards packets.
  if (nic.advertised) content += "IPv6AcceptRA=yes\n";
  for (const IpAddress& server : nic.dns)
    if (!server.is_absent()) content += "DNS=" + address_text(server) + "\n";
  // Firmware asks for its lease by MAC, networkd by default by another identifier, and
  // would get another address.
  if (nic.dhcp) content += "\n[DHCPv4]\nClientIdentifier=mac\n";
  return content;
}

std::string network_file_below_vlan(const BootNic& nic) {
  return kSaysWho + match("*", nic.mac, "ether") +
         "[Network]\nKeepConfiguration=yes\nLinkLocalAddressing=no\n";
}

// The name stays, and the NIC gets no other ones. A link that is up cannot be renamed before
// Linux 6.2; udev (252) then marks it as "being renamed" for ever, and networkd waits for the
// end of that and never renews the lease (tests/vm/managers_test.py). From 6.2 on, the name
// that the other files here speak of would be lost. By another name of the NIC, ifupdown
// would take it for a NIC that nobody has configured yet.
std::string link_file(const BootNic& nic) {
  return kSaysWho + ("[Match]\nMACAddress=" + std::string{to_text(nic.mac).view()}) +
         "\nType=ether\n\n[Link]\nNamePolicy=\nAlternativeNamesPolicy=\n";
}

// netplan's set-name= comes as a rule, which no .link file outdoes; a name given with := is
// the last word (udev(7)).
std::string rule(const std::string& link, const BootNic& nic) {
  return kSaysWho + ("SUBSYSTEM==\"net\", KERNEL==\"" + link + "\", ATTR{address}==\"" +
                     std::string{to_text(nic.mac).view()} + "\", NAME:=\"" + link + "\"\n");
}

}  // namespace

void append_networkd_files(const BootNic& nic, std::vector<RunFile>& files) {
  // networkd and udev take the first file that matches, by name over all folders: 05 comes
  // before netplan's 10. What of it the system has said otherwise: handover_networkd_join.cc.
  const std::string name = "systemd/network/05-isboot-" + nic.link.name;
  const std::string& below = nic.vlan != 0 ? nic.nic.name : nic.link.name;
  files.push_back({name + ".link", link_file(nic)});
  files.push_back({"udev/rules.d/05-isboot-" + below + ".rules", rule(below, nic)});
  const auto network = [&](const std::string& file, const std::string& content,
                           const KnownLink& link, const char* type) {
    files.push_back({"systemd/network/" + file, content});
    append_networkd_join(nic, link, type, file, content, files);
  };
  const std::string own = "05-isboot-" + nic.link.name;
  network(own + ".network", network_file(nic), nic.link, nic.vlan != 0 ? "vlan" : "ether");
  if (nic.vlan != 0) network(own + "-nic.network", network_file_below_vlan(nic), nic.nic, "ether");
}

}  // namespace isboot::linux_platform
