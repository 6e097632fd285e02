#include "platform/linux/net/ipv6_settings.h"

#include <string>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

Result<Done> trust_own_link_local(Text link_name) {
  // A dot in a link's name is part of the folder's name ("eth0.42"): no sysctl(8) here,
  // which would take it for a separator.
  const std::string folder = "/proc/sys/net/ipv6/conf/" + std::string{link_name};
  return write_file(folder + "/accept_dad", "0");
}

}  // namespace isboot::linux_platform
