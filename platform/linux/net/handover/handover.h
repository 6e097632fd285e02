// What the system that was booted is told of the network that isboot set up: files under
// /run, so that no manager takes the NIC of the root disk away, a lease is renewed, and DNS
// servers and host name are not lost. One file of this folder per receiver
// (handover_parts.h); docs/network.md says why each is told what.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "core/base/ip_address.h"
#include "core/base/mac_address.h"

namespace isboot::linux_platform {

// A link by its two names: the kernel keeps the number for as long as the link lives.
struct KnownLink {
  std::string name;
  unsigned index = 0;  // 0: not known
};

struct BootNic {
  KnownLink link;          // what carries the address: "eth0", "eth0.42"
  std::uint16_t vlan = 0;  // VID; 0: `link` is the NIC itself
  KnownLink nic;           // below the VLAN, with the same MAC; not used without one
  MacAddress mac;
  IpAddress address;
  std::uint8_t prefix = 0;  // bits
  IpAddress gateway;        // absent: none
  IpAddress target;         // whose route must stay
  std::array<IpAddress, 2> dns;
  std::string host_name;  // as firmware wrote it; one that cannot be a name is left out
  std::string
      root_path;      // of the lease, RFC 2132 section 3.19; one that shells misread is left out
  bool dhcp = false;  // the address is a lease: whoever manages the NIC renews it
  // IPv6 routers advertise what `address` and `gateway` do not say: whoever manages the NIC has
  // to listen to them, because managers turn the kernel's listening off.
  bool advertised = false;
};

struct RunFile {
  std::string path;  // below /run
  std::string content;
  unsigned mode = 0644;  // whatever the umask
};

// For units, below /run. Not systemd/system: that folder says to everybody that systemd is the
// init (sd_booted(3)).
inline constexpr const char* kUnitFolder = "systemd/system.control/";

std::vector<RunFile> run_files(const BootNic& nic);

// Writes the files, and the folders that they need, below `run`; what is there already
// is replaced. Error: the errno.
Result<Done> write_run_files(const std::string& run, std::span<const RunFile> files);

// RFC 1123 section 2.1: letters, digits and '-', in labels between dots. Firmware writes
// anything, and files that shells read get this.
bool is_host_name(const std::string& name);

}  // namespace isboot::linux_platform
