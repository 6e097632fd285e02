#include "app/boot/leave_network.h"

#include <net/if.h>
#include <unistd.h>

#include <cstdlib>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::app {
namespace {

// What a VLAN stands on; its own link for others.
Result<linux_platform::KnownLink> link_below(const std::string& link,
                                             const TablelessPaths& machine) {
  const std::string line = first_line(machine.interfaces + "/" + link + "/iflink");
  const auto index = static_cast<unsigned>(std::strtoul(line.c_str(), nullptr, 10));
  char name[IF_NAMESIZE];
  if (if_indextoname(index, name) == nullptr)
    return system_error(errno, "the NIC below the boot VLAN has no name");
  return linux_platform::KnownLink{name, index};
}

// systemd leaves a name that is set already, unless /etc/hostname has another; other inits
// do the same or set their own.
void pass_host_name_on(const std::string& name) {
  char now[256] = {};
  if (!linux_platform::is_host_name(name) || gethostname(now, sizeof now - 1) != 0) return;
  if (std::string{now} != "(none)") return;
  // Nothing depends on it: without it the system has the name that it would have had.
  [[maybe_unused]] const int set = sethostname(name.data(), name.size());
}

// The lease's, when it is this address's.
std::string root_path_of(const IpAddress& address, const TablelessPaths& machine) {
  for (const boot::Lease& lease : read_leases(machine))
    if (lease.address == address && !lease.root_path.empty())
      return std::string{lease.root_path.view()};
  return {};
}

}  // namespace

std::vector<linux_platform::RunFile> files_to_leave(const linux_platform::BootNic& nic,
                                                    const std::string& run) {
  std::vector<linux_platform::RunFile> files = linux_platform::run_files(nic);
  const std::string clients = "net-" + nic.link.name + ".conf";
  const auto there = linux_platform::read_file(run + "/" + clients, 64U << 10);
  if (there && boot::parse_lease(*there).address == nic.address)
    std::erase_if(files, [&](const auto& file) { return file.path == clients; });
  return files;
}

Result<Done> leave_network(const ibft::Table& table, const boot::Path& path, LinkId link,
                           const LeavePlaces& places) {
  char name[IF_NAMESIZE];
  if (if_indextoname(link.index, name) == nullptr)
    return system_error(errno, "the boot NIC has no name");
  const ibft::Nic& nic = table.nics[path.nic_index];
  linux_platform::BootNic left;
  left.link = {name, link.index};
  left.vlan = path.link.vlan;
  left.nic = ISBOOT_TRY(link_below(left.link.name, places.machine));
  // The MAC in use, by which networkd matches: not the table's when isboot.nic= named another.
  const auto mac = mac_of(left.link.name, places.machine);
  if (!mac) return Error{Errc::NotFound, 0, "the boot NIC has no MAC address"};
  left.mac = *mac;
  left.address = path.link.address;
  left.prefix = path.link.prefix;
  left.gateway = path.link.gateway;
  left.target = path.link.target;
  left.dns = nic.dns;
  left.host_name = std::string{nic.host_name};
  left.dhcp = path.origin == ibft::Origin::Dhcp;
  if (left.dhcp) left.root_path = root_path_of(left.address, places.machine);
  left.advertised = path.link.advertised;
  pass_host_name_on(left.host_name);
  return linux_platform::write_run_files(places.run, files_to_leave(left, places.run));
}

}  // namespace isboot::app
