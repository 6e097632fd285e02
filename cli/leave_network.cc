#include "cli/leave_network.h"

#include <net/if.h>

#include "platform/linux/net/handover.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::cli {
namespace {

// The MAC in use, by which networkd matches: not the table's when isboot.nic= named another.
Result<MacAddress> mac_of(const std::string& link) {
  const std::string line =
      ISBOOT_TRY(linux_platform::read_file("/sys/class/net/" + link + "/address", 64));
  return parse_mac(slice(line, 0, find(line, '\n')));
}

}  // namespace

Result<Done> leave_network(const ibft::Table& table, const boot::Path& path, LinkId link) {
  char name[IF_NAMESIZE];
  if (if_indextoname(link.index, name) == nullptr)
    return system_error(errno, "the boot NIC has no name");
  const ibft::Nic& nic = table.nics[path.nic_index];
  linux_platform::BootNic left;
  left.link = name;
  left.vlan = path.link.vlan != 0;
  left.mac = ISBOOT_TRY(mac_of(left.link));
  left.address = path.link.address;
  left.prefix = path.link.prefix;
  left.gateway = path.link.gateway;
  left.dns = nic.dns;
  left.host_name = std::string{nic.host_name};
  left.dhcp = path.origin == ibft::Origin::Dhcp;
  return linux_platform::write_run_files("/run", linux_platform::run_files(left));
}

}  // namespace isboot::cli
