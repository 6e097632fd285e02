#include "platform/linux/keeper/start_anew.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <climits>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr const char* kProgram = "/proc/self/exe";
constexpr unsigned kExecutable = 0x10;  // MFD_EXEC: Linux 6.3, and needed where noexec is usual
constexpr int kMostDescriptors = 1024;  // the usual limit, for kernels without close_range()

bool is_in_memory(int file) {
  struct statfs system {};
  if (fstatfs(file, &system) != 0) return false;
  const auto type = static_cast<std::uint32_t>(system.f_type);
  return type == RAMFS_MAGIC || type == TMPFS_MAGIC;
}

UniqueFd copy_in_memory(int file) {
  UniqueFd copy{memfd_create("isboot", MFD_CLOEXEC | kExecutable)};
  if (!copy) copy.reset(memfd_create("isboot", MFD_CLOEXEC));
  struct stat status {};
  if (!copy || fstat(file, &status) != 0) return {};
  off_t at = 0;
  while (at < status.st_size)
    if (sendfile(copy.get(), file, &at, static_cast<std::size_t>(status.st_size - at)) <= 0)
      return {};
  return copy;
}

}  // namespace

void close_from(int first) {
  if (syscall(SYS_close_range, static_cast<unsigned>(first), UINT_MAX, 0) == 0) return;
  for (int descriptor = first; descriptor < kMostDescriptors; ++descriptor) (void)close(descriptor);
}

void start_anew(const char* const arguments[], const char* small) {
  auto* const given = const_cast<char* const*>(arguments);  // as execve(2) takes them
  for (const char* const path : {small, kProgram}) {
    const UniqueFd program{open(path, O_RDONLY | O_CLOEXEC)};
    if (!program) continue;
    if (is_in_memory(program.get())) {
      (void)execv(path, given);
    } else if (const UniqueFd copy = copy_in_memory(program.get())) {
      (void)syscall(SYS_execveat, copy.get(), "", given, environ, AT_EMPTY_PATH);
    }
  }
  (void)execv(kProgram, given);
}

}  // namespace isboot::linux_platform
