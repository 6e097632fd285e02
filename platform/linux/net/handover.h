// What the system that was booted is told of the network that isboot set up: files under
// /run, so that no manager takes the NIC of the root disk away, and DNS servers and host
// name are not lost. Formats: systemd.network(5), resolv.conf(5), hostname(5); net-*.conf
// is what klibc's ipconfig leaves behind in Debian's initramfs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/ip_address.h"
#include "core/base/mac_address.h"

namespace isboot::linux_platform {

struct BootNic {
  std::string link;   // what carries the address: "eth0", "eth0.42"
  bool vlan = false;  // `link` is a VLAN on the NIC, which has the same MAC
  MacAddress mac;
  IpAddress address;
  std::uint8_t prefix = 0;  // bits
  IpAddress gateway;        // absent: none
  std::array<IpAddress, 2> dns;
  std::string host_name;  // as firmware wrote it; one that cannot be a name is left out
  bool dhcp = false;      // the address is a lease: whoever manages the NIC renews it
};

struct RunFile {
  std::string path;  // below /run
  std::string content;
};

std::vector<RunFile> run_files(const BootNic& nic);

// Writes the files, and the folders that they need, below `run`; what is there already
// is replaced. Everybody may read them. Error: the errno.
Result<Done> write_run_files(const std::string& run, std::span<const RunFile> files);

}  // namespace isboot::linux_platform
