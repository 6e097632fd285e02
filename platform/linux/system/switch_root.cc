#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <memory>

#include "platform/linux/system/file.h"
#include "platform/linux/system/root_file_system.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// From linux/magic.h; only an initramfs is emptied.
constexpr long kRamfsMagic = 0x858458f6;
constexpr long kTmpfsMagic = 0x01021994;
constexpr int kMaxDepth = 64;

bool is_in_memory(int folder) {
  struct statfs status {};
  return fstatfs(folder, &status) == 0 &&
         (status.f_type == kRamfsMagic || status.f_type == kTmpfsMagic);
}

// Removes what is below `folder` on the file system `device`, never crossing a mount.
void remove_below(UniqueFd folder, dev_t device, int depth) {
  if (depth > kMaxDepth) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream{fdopendir(dup(folder.get())), closedir};
  if (!stream) return;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status {};
    if (fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (status.st_dev != device) continue;
    if (S_ISDIR(status.st_mode)) {
      UniqueFd child{
          openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
      if (child) remove_below(std::move(child), device, depth + 1);
      unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR);
    } else {
      unlinkat(folder.get(), name.c_str(), 0);
    }
  }
}

}  // namespace

Result<Done> move_into(const std::string& root) {
  for (const char* folder : {"/proc", "/sys", "/dev", "/run"}) {
    const std::string target = root + folder;
    // A root without such a folder gets none: its init mounts what it needs.
    if (mount(folder, target.c_str(), nullptr, MS_MOVE, nullptr) != 0) umount2(folder, MNT_DETACH);
  }
  UniqueFd old_root{open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  struct stat old_status {};
  if (!old_root || fstat(old_root.get(), &old_status) != 0)
    return system_error(errno, "the initramfs cannot be opened");
  if (chdir(root.c_str()) != 0) return system_error(errno, "the new root cannot be entered");
  if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0)
    return system_error(errno, "the new root cannot be moved to /");
  if (chroot(".") != 0 || chdir("/") != 0) return system_error(errno, "chroot failed");
  if (is_in_memory(old_root.get())) remove_below(std::move(old_root), old_status.st_dev, 0);
  return Done{};
}

}  // namespace isboot::linux_platform
