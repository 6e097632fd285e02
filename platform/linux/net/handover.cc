#include "platform/linux/net/handover.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

std::string text(const IpAddress& address) { return std::string{to_text(address).view()}; }

// RFC 1123 section 2.1: letters, digits and '-', in labels between dots. Firmware writes
// anything, and net-*.conf is read by shells.
bool is_host_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 253 && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), fits);
}

std::string netmask(std::uint8_t prefix) {
  const std::uint32_t bits = prefix == 0 ? 0 : UINT32_MAX << (32 - std::min<unsigned>(prefix, 32));
  return text(IpAddress::v4(static_cast<std::uint8_t>(bits >> 24),
                            static_cast<std::uint8_t>(bits >> 16),
                            static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)));
}

std::string resolv_conf(const BootNic& nic) {
  std::string content;
  for (const IpAddress& server : nic.dns)
    if (!server.is_absent()) content += "nameserver " + text(server) + "\n";
  return content;
}

// IPv4 only: ipconfig knows nothing else.
std::string ipconfig_conf(const BootNic& nic) {
  std::string content;
  const auto line = [&content](const char* name, const std::string& value) {
    content += std::string{name} + "='" + value + "'\n";
  };
  const auto address = [&line](const char* name, const IpAddress& value) {
    line(name, text(value.is_v4() ? value : IpAddress::v4(0, 0, 0, 0)));
  };
  line("DEVICE", nic.link);
  line("PROTO", nic.dhcp ? "dhcp" : "static");
  address("IPV4ADDR", nic.address);
  line("IPV4NETMASK", netmask(nic.prefix));
  address("IPV4GATEWAY", nic.gateway);
  address("IPV4DNS0", nic.dns[0]);
  address("IPV4DNS1", nic.dns[1]);
  line("HOSTNAME", is_host_name(nic.host_name) ? nic.host_name : "");
  return content;
}

// Type= keeps the file off the VLANs and bridges that have the same MAC.
std::string match(const std::string& name, const MacAddress& mac, const char* type) {
  return "[Match]\nName=" + name + "\nMACAddress=" + std::string{to_text(mac).view()} +
         "\nType=" + type + "\n\n";
}

constexpr const char* kSaysWho = "# By isboot: the root disk is reached through this NIC.\n";

std::string networkd_file(const BootNic& nic) {
  std::string content = kSaysWho;
  // A NIC may be renamed (eth0 to enp1s0) after this is written, a VLAN is not.
  content += nic.vlan ? match(nic.link, nic.mac, "vlan") : match("*", nic.mac, "ether");
  // No Address=: it is there and is kept. Debian 12's networkd (252), told an address that
  // it has not set itself, sets it over and over and then gives the link up as failed
  // (tests/netns/networkd_test.cc).
  content += "[Network]\nKeepConfiguration=yes\n";
  if (nic.dhcp) content += "DHCP=ipv4\n";
  for (const IpAddress& server : nic.dns)
    if (!server.is_absent()) content += "DNS=" + text(server) + "\n";
  // Firmware asks for its lease by MAC, networkd by default by another identifier, and
  // would get another address.
  if (nic.dhcp) content += "\n[DHCPv4]\nClientIdentifier=mac\n";
  return content;
}

std::string networkd_file_below_vlan(const BootNic& nic) {
  return kSaysWho + match("*", nic.mac, "ether") +
         "[Network]\nKeepConfiguration=yes\nLinkLocalAddressing=no\n";
}

Result<Done> make_folders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0755) == 0)
      (void)chmod(folder.c_str(), 0755);  // whatever the umask
    else if (errno != EEXIST)
      return system_error(errno, "making a folder for the booted system's files");
  }
  return Done{};
}

}  // namespace

std::vector<RunFile> run_files(const BootNic& nic) {
  std::vector<RunFile> files;
  const std::string name_servers = resolv_conf(nic);
  if (!name_servers.empty()) files.push_back({"isboot/resolv.conf", name_servers});
  if (is_host_name(nic.host_name)) files.push_back({"isboot/hostname", nic.host_name + "\n"});
  if (nic.address.is_v4() && !nic.address.is_absent())
    files.push_back({"net-" + nic.link + ".conf", ipconfig_conf(nic)});
  // networkd takes the first file that matches, by name over all folders: 05 comes before
  // netplan's 10.
  const std::string name = "systemd/network/05-isboot-" + nic.link;
  files.push_back({name + ".network", networkd_file(nic)});
  if (nic.vlan) files.push_back({name + "-nic.network", networkd_file_below_vlan(nic)});
  return files;
}

Result<Done> write_run_files(const std::string& run, std::span<const RunFile> files) {
  for (const RunFile& file : files) {
    const std::string path = run + "/" + file.path;
    ISBOOT_TRY(make_folders(path));
    const UniqueFd fd{open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (!fd || fchmod(fd.get(), 0644) != 0 ||
        write(fd.get(), file.content.data(), file.content.size()) !=
            static_cast<ssize_t>(file.content.size()))
      return system_error(errno, "writing a file for the booted system");
  }
  return Done{};
}

}  // namespace isboot::linux_platform
