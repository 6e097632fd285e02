#include "platform/linux/system/cgroup.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// The one hierarchy of today; systemd's own and its second one beside the older kind.
constexpr const char* kHierarchies[] = {"", "/systemd", "/unified"};

}  // namespace

Result<Done> leave_control_group(const std::string& mounts) {
  for (const char* hierarchy : kHierarchies) {
    const UniqueFd members{
        open((mounts + hierarchy + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    if (!members && errno == ENOENT) continue;
    // 0 is whoever writes (the kernel's cgroup-v2.rst, "Processes").
    if (!members || ::write(members.get(), "0", 1) != 1)
      return system_error(errno, "the control group cannot be left");
  }
  return Done{};
}

}  // namespace isboot::linux_platform
