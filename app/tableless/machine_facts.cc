#include "app/tableless/machine_facts.h"

#include <dirent.h>
#include <net/if_arp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxLease = 64U << 10;

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open{opendir(folder.c_str()), closedir};
  if (open == nullptr) return names;
  while (const dirent* entry = readdir(open.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

// What is between `prefix` and `suffix` in the name; nothing for other names.
std::optional<std::string> middle(const std::string& name, const std::string& prefix,
                                  const std::string& suffix) {
  const Text all{name};
  if (name.size() <= prefix.size() + suffix.size() || !all.starts_with(prefix) ||
      !all.ends_with(suffix))
    return std::nullopt;
  return name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
}

long number_in(const std::string& path) {
  return std::strtol(first_line(path).c_str(), nullptr, 10);
}

// networkd calls its files by the number of the interface.
std::string name_of_number(const std::string& number, const TablelessPaths& paths) {
  for (const std::string& name : names_in(paths.interfaces))
    if (first_line(paths.interfaces + "/" + name + "/ifindex") == number) return name;
  return {};
}

bool is_hardware(const std::string& interface, const TablelessPaths& paths) {
  return access((paths.interfaces + "/" + interface + "/device").c_str(), F_OK) == 0;
}

void add_lease(std::vector<boot::Lease>& leases, const std::string& path,
               const std::string& device) {
  const auto file = linux_platform::read_file(path, kMaxLease);
  if (!file) return;
  boot::Lease lease = boot::parse_lease(*file);
  if (lease.address.is_absent()) return;
  if (lease.device.empty()) (void)lease.device.assign(device);
  leases.push_back(lease);
}

}  // namespace

std::string first_line(const std::string& path) {
  const auto file = linux_platform::read_file(path, 4096);
  return file ? std::string{part_of(*file, 0, position_of(*file, '\n'))} : std::string{};
}

std::vector<boot::Lease> read_leases(const TablelessPaths& paths) {
  std::vector<boot::Lease> leases;
  for (const std::string& name : names_in(paths.klibc))
    if (const auto device = middle(name, "net-", ".conf"))
      add_lease(leases, paths.klibc + "/" + name, *device);
  for (const std::string& name : names_in(paths.dhclient))
    if (const auto device = middle(name, "dhclient.", ".dhcpopts"))
      add_lease(leases, paths.dhclient + "/" + name, *device);
  for (const std::string& name : names_in(paths.networkd))
    add_lease(leases, paths.networkd + "/" + name, name_of_number(name, paths));
  return leases;
}

std::optional<MacAddress> mac_of(const std::string& interface, const TablelessPaths& paths) {
  const auto mac = parse_mac(first_line(paths.interfaces + "/" + interface + "/address"));
  if (!mac) return std::nullopt;
  return *mac;
}

std::optional<std::string> interface_with(const MacAddress& mac, const TablelessPaths& paths) {
  std::optional<std::string> found;
  for (const std::string& name : names_in(paths.interfaces)) {
    if (mac_of(name, paths) != mac) continue;
    if (is_hardware(name, paths)) return name;
    if (!found) found = name;
  }
  return found;
}

std::vector<std::string> ethernet_nics(const TablelessPaths& paths) {
  std::vector<std::pair<long, std::string>> found;
  for (const std::string& name : names_in(paths.interfaces)) {
    const std::string folder = paths.interfaces + "/" + name;
    if (is_hardware(name, paths) && number_in(folder + "/type") == ARPHRD_ETHER)
      found.emplace_back(number_in(folder + "/ifindex"), name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [index, name] : found) names.push_back(std::move(name));
  return names;
}

}  // namespace isboot::app
