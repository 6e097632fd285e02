// The files of each receiver, appended to a list (handover.h).
#pragma once

#include "platform/linux/net/handover/handover.h"

namespace isboot::linux_platform {

constexpr const char* kSaysWho = "# By isboot: the root disk is reached through this NIC.\n";

// resolv.conf(5), hostname(5), resolved.conf(5), and net-*.conf as klibc's ipconfig leaves
// it behind in Debian's initramfs.
void append_name_files(const BootNic& nic, std::vector<RunFile>& files);

// systemd.network(5), and systemd.link(5) for udev.
void append_networkd_files(const BootNic& nic, std::vector<RunFile>& files);

// For networkd's `file` of `link`, whose content is `plain` when the system has none of its own
// that fits: what joins the two when networkd starts.
void append_networkd_join(const BootNic& nic, const KnownLink& link, const char* type,
                          const std::string& file, const std::string& plain,
                          std::vector<RunFile>& files);

// nm-settings-keyfile(5), and the state that NetworkManager keeps of its devices.
void append_network_manager_files(const BootNic& nic, std::vector<RunFile>& files);

// A link of which NetworkManager gets isboot's `profile` when the system has none of its own that
// fits: what joins the two when NetworkManager starts.
struct ManagedLink {
  std::string name;
  const char* type;      // of profile: "ethernet", "vlan"
  bool carries_address;  // root's
  std::string profile;
};
void append_network_manager_join(const BootNic& nic, const ManagedLink& link,
                                 std::vector<RunFile>& files);

// The state that ifup(8) and ifdown(8) keep.
void append_ifupdown_files(const BootNic& nic, std::vector<RunFile>& files);

// What carries out the rest of what the system's own interfaces(5) says of `link`.
void append_ifupdown_join(const BootNic& nic, const std::string& link, std::vector<RunFile>& files);

// A service, systemd.service(5), that renews a lease when no manager does.
void append_lease_files(const BootNic& nic, std::vector<RunFile>& files);

std::string address_text(const IpAddress& address);
bool is_v4_address(const IpAddress& address);  // and not "none"

}  // namespace isboot::linux_platform
