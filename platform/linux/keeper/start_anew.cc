#include "platform/linux/keeper/start_anew.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr const char* kProgram = "/proc/self/exe";
constexpr unsigned kExecutable = 0x10;  // MFD_EXEC: Linux 6.3, and needed where noexec is usual
constexpr int kReadLimitMs = 3'000;
constexpr int kMostDescriptors = 1024;  // the usual limit, for kernels without close_range()

bool is_in_memory(int file) {
  struct statfs system {};
  if (fstatfs(file, &system) != 0) return false;
  const auto type = static_cast<std::uint32_t>(system.f_type);
  return type == RAMFS_MAGIC || type == TMPFS_MAGIC;
}

UniqueFd empty_program() {
  UniqueFd made{memfd_create("isboot", MFD_CLOEXEC | kExecutable)};
  if (!made) made.reset(memfd_create("isboot", MFD_CLOEXEC));
  return made;
}

enum class Found : char { Copied, InMemory, Nothing };

Found copy_to(int copy, const char* path) {
  const UniqueFd file{open(path, O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return Found::Nothing;
  if (is_in_memory(file.get())) return Found::InMemory;
  off_t at = 0;
  while (at < status.st_size)
    if (sendfile(copy, file.get(), &at, static_cast<std::size_t>(status.st_size - at)) <= 0)
      return Found::Nothing;
  return Found::Copied;
}

// The program may be on the very disk whose session is lost: reading a page of it that is not in
// the page cache then never ends. So a child reads it, and is left behind at the limit.
Found copy_in_time(int copy, const char* path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Found::Nothing;
  const UniqueFd hears{ends[0]};
  UniqueFd says{ends[1]};
  const pid_t child = fork();
  if (child == 0) {
    // A child of a child: who reads for ever is not ours to wait for.
    if (fork() == 0) {
      const Found found = copy_to(copy, path);
      (void)!write(says.get(), &found, sizeof found);
    }
    _exit(0);
  }
  says.reset();
  if (child > 0) (void)waitpid(child, nullptr, 0);
  pollfd waited{hears.get(), POLLIN, 0};
  Found found = Found::Nothing;
  if (poll(&waited, 1, kReadLimitMs) != 1 || read(hears.get(), &found, sizeof found) <= 0)
    return Found::Nothing;
  return found;
}

}  // namespace

void close_from(int first) {
  if (syscall(SYS_close_range, static_cast<unsigned>(first), UINT_MAX, 0) == 0) return;
  for (int descriptor = first; descriptor < kMostDescriptors; ++descriptor) (void)close(descriptor);
}

void start_anew(const char* const arguments[], const char* small) {
  auto* const given = const_cast<char* const*>(arguments);  // as execve(2) takes them
  for (const char* const path : {small, kProgram}) {
    const UniqueFd copy = empty_program();
    const Found found = copy_in_time(copy.get(), path);
    if (found == Found::InMemory) (void)execv(path, given);
    if (found == Found::Copied)
      (void)syscall(SYS_execveat, copy.get(), "", given, environ, AT_EMPTY_PATH);
  }
  (void)execv(kProgram, given);
}

}  // namespace isboot::linux_platform
