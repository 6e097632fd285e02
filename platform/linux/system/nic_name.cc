#include "platform/linux/system/nic_name.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

Result<Done> rename_nic(const std::string& from, const std::string& to) {
  ifreq request{};
  // With the zero at their ends.
  if (from.size() >= IFNAMSIZ || to.size() >= IFNAMSIZ)
    return system_error(ENAMETOOLONG, "the NIC cannot be renamed");
  std::copy(from.begin(), from.end(), std::begin(request.ifr_name));
  std::copy(to.begin(), to.end(), std::begin(request.ifr_newname));
  const UniqueFd socket_fd{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket_fd) return system_error(errno, "no socket to rename the NIC by");
  if (ioctl(socket_fd.get(), SIOCSIFNAME, &request) != 0)
    return system_error(errno, "the NIC cannot be renamed");
  return Done{};
}

}  // namespace isboot::linux_platform
