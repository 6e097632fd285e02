// What a boot without a table needs to know of the machine: its NICs, the leases that the
// initramfs's DHCP client has got, its UUID.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/boot/lease.h"

namespace isboot::app {

// Where to look. Tests have folders of their own.
struct TablelessPaths {
  std::string command_line = "/proc/cmdline";
  std::string interfaces = "/sys/class/net";
  std::string uuid = "/sys/class/dmi/id/product_uuid";
  std::string credentials = "/etc/isboot/credentials";
  std::string klibc = "/run";                          // net-*.conf of ipconfig
  std::string dhclient = "/tmp";                       // dhclient.*.dhcpopts of dracut
  std::string networkd = "/run/systemd/netif/leases";  // named after the interface's number
};

// Those that have an address, each with its device where that can be told.
std::vector<boot::Lease> read_leases(const TablelessPaths& paths);

// The MAC address of an interface; nothing when there is no such interface.
std::optional<MacAddress> mac_of(const std::string& interface, const TablelessPaths& paths);

// The interface that has this MAC address; of several, such as a NIC and its VLANs, the hardware.
std::optional<std::string> interface_with(const MacAddress& mac, const TablelessPaths& paths);

// The Ethernet NICs that are hardware, in the order in which they came.
std::vector<std::string> ethernet_nics(const TablelessPaths& paths);

// Of the file's first line, without the newline; empty when it cannot be read.
std::string first_line(const std::string& path);

}  // namespace isboot::app
