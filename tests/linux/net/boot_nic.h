// What the tests of the hand-over share: a NIC, and one file of those made for it.
#pragma once

#include "platform/linux/net/handover/handover.h"

namespace isboot::linux_platform {

inline BootNic eth0() {
  BootNic nic;
  nic.link = {"eth0", 2};
  nic.nic = nic.link;
  nic.mac = *parse_mac("52:54:00:12:34:56");
  nic.address = *parse_ip("10.0.2.15");
  nic.prefix = 24;
  nic.gateway = *parse_ip("10.0.2.2");
  nic.target = *parse_ip("192.0.2.7");
  nic.dns[0] = *parse_ip("10.0.2.3");
  nic.host_name = "node-7.example.org";
  return nic;
}

inline BootNic eth0_with_lease() {
  BootNic nic = eth0();
  nic.dhcp = true;
  return nic;
}

inline BootNic eth0_with_ipv6() {
  BootNic nic = eth0();
  nic.address = *parse_ip("fd00::15");
  nic.prefix = 64;
  nic.gateway = *parse_ip("fd00::2");
  nic.target = *parse_ip("2001:db8::7");
  nic.dns[0] = *parse_ip("fd00::3");
  return nic;
}

inline BootNic vlan_on_eth0() {
  BootNic nic = eth0();
  nic.link = {"eth0.42", 3};
  nic.vlan = 42;
  return nic;
}

// The file's content; "none" when it is not among them.
inline std::string file(const BootNic& nic, const std::string& path) {
  for (const RunFile& file : run_files(nic))
    if (file.path == path) return file.content;
  return "none";
}

}  // namespace isboot::linux_platform
