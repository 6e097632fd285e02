// ifupdown, which goes by names, and by what it remembers of each.
#include "platform/linux/net/handover/handover_parts.h"

namespace isboot::linux_platform {
namespace {

// As systemd-escape(1) writes a link's name in a unit's.
std::string unit_part(const std::string& link) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string part;
  for (const char c : link) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == ':' || c == '_' || (c == '.' && !part.empty());
    if (plain)
      part += c;
    else
      part += std::string{"\\x"} + kDigits[(c >> 4) & 15] + kDigits[c & 15];
  }
  return part;
}

// In the link's own state file, ifup finds that it is "already configured"; ifdown finds a
// configuration by the name of "isboot", which /etc/network/interfaces does not have, and
// ignores it. The list of all links, /run/network/ifstate, does not name it, so that
// `ifdown -a`, also at shutdown, leaves it out.
void append(const std::string& link, std::vector<RunFile>& files) {
  const std::string state = "network/ifstate." + link;
  files.push_back({state, "isboot\n"});
  // What `allow-hotplug` makes udev start, for as long as the state is there.
  files.push_back({std::string{kUnitFolder} + "ifup@" + unit_part(link) + ".service.d/isboot.conf",
                   kSaysWho + ("[Unit]\nConditionPathExists=!/run/" + state + "\n")});
}

}  // namespace

void append_ifupdown_files(const BootNic& nic, std::vector<RunFile>& files) {
  const auto add = [&](const std::string& link) {
    append(link, files);
    append_ifupdown_join(nic, link, files);
  };
  add(nic.link.name);
  if (nic.vlan != 0) add(nic.nic.name);
}

}  // namespace isboot::linux_platform
