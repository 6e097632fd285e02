#include "platform/linux/system/own_root.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::array<const char*, 5> kKept = {"/proc", "/sys", "/dev", "/run", "/lib"};
// Where the new root is put together; there in every initramfs, for isboot's own files.
constexpr const char* kStage = "/run";

}  // namespace

Result<Done> take_own_root() {
  // By descriptor: one of them will be hidden by the stage.
  std::array<UniqueFd, kKept.size()> kept;
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return system_error(errno, "no mount namespace can be had");
  for (std::size_t i = 0; i < kKept.size(); ++i)
    kept[i].reset(open(kKept[i], O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (mount("isboot", kStage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0 ||
      chdir(kStage) != 0)
    return system_error(errno, "no root of its own can be mounted");
  // Without what is mounted below them: below /run that is the stage.
  for (std::size_t i = 0; i < kKept.size(); ++i) {
    if (!kept[i]) continue;  // not in every initramfs
    const std::string source = "/proc/self/fd/" + std::to_string(kept[i].get());
    const char* target = kKept[i] + 1;
    if (mkdir(target, 0755) != 0 || mount(source.c_str(), target, nullptr, MS_BIND, nullptr) != 0)
      return system_error(errno, "a file system cannot be mounted a second time");
  }
  if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 || chroot(".") != 0 || chdir("/") != 0)
    return system_error(errno, "the own root cannot be entered");
  return Done{};
}

}  // namespace isboot::linux_platform
