#include "platform/linux/system/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

Result<Done> make_private_file(const std::string& path, Bytes content) {
  struct stat there {};
  if (lstat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
    return system_error(EEXIST, "what is there is no file");
  const std::string made = path + ".new";
  // What an earlier try left; a link or file that somebody else put there.
  if (unlink(made.c_str()) != 0 && errno != ENOENT)
    return system_error(errno, "the file cannot be made");
  const UniqueFd fd{open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!fd) return system_error(errno, "the file cannot be made");
  if (write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
      rename(made.c_str(), path.c_str()) != 0) {
    const int number = errno;
    unlink(made.c_str());
    return system_error(number, "the file cannot be written");
  }
  return Done{};
}

}  // namespace isboot::linux_platform
