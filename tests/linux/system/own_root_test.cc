#include "platform/linux/system/own_root.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

// In a process of its own, for a root cannot be given back.
bool holds_in_child(const std::function<bool()>& condition) {
  const pid_t child = fork();
  if (child == 0) _exit(condition() ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class OwnRoot : public ::testing::Test {
protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: mounts";
  }
};

// Tells whether two paths lead to one folder.
std::pair<dev_t, ino_t> identity(const char* path) {
  struct stat status {};
  (void)stat(path, &status);
  return {status.st_dev, status.st_ino};
}

TEST_F(OwnRoot, HasTheKernelsFileSystemsAndNothingElse) {
  for (const char* folder : {"/proc", "/sys", "/dev", "/run", "/lib"}) {
    SCOPED_TRACE(folder);
    EXPECT_TRUE(holds_in_child([folder] {
      const auto before = identity(folder);
      return take_own_root() && identity(folder) == before;
    }));
  }
  EXPECT_TRUE(holds_in_child([] { return take_own_root() && access("/etc", F_OK) != 0; }));
}

// As when an initramfs is emptied: what was mounted in it is gone for everybody there.
TEST_F(OwnRoot, OutlivesTheFoldersOfTheOldOne) {
  EXPECT_TRUE(holds_in_child([] {
    // A root in memory, in a namespace of its own: nothing of the machine's is touched.
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return false;
    if (mount("root", "/mnt", "tmpfs", 0, nullptr) != 0 || chdir("/mnt") != 0) return false;
    if (std::system("mkdir proc sys dev run && mount -t proc p proc && mount -t sysfs s sys && "
                    "mount -t tmpfs r run") != 0)
      return false;
    if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 || chroot(".") != 0) return false;
    int ready[2], go[2];
    if (pipe(ready) != 0 || pipe(go) != 0) return false;
    const pid_t late = fork();
    char byte = 0;
    if (late == 0) {
      const bool own = take_own_root().ok();
      (void)!write(ready[1], &byte, 1);
      (void)!read(go[0], &byte, 1);
      _exit(own && read_file("/proc/self/stat", 4096) && access("/sys/class", F_OK) == 0 ? 0 : 1);
    }
    if (read(ready[0], &byte, 1) != 1) return false;
    for (const char* folder : {"/sys", "/run", "/proc"})
      if (umount2(folder, MNT_DETACH) != 0 || rmdir(folder) != 0) return false;
    (void)!write(go[1], &byte, 1);
    int status = 0;
    return waitpid(late, &status, 0) == late && status == 0;
  }));
}

}  // namespace
}  // namespace isboot::linux_platform
