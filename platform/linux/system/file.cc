#include "platform/linux/system/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "platform/linux/system/private_file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const UniqueFd fd{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return system_error(errno, "the file cannot be opened");
  std::string content;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t count = read(fd.get(), chunk.data(), chunk.size());
    if (count < 0 && errno != EINTR) return system_error(errno, "the file cannot be read");
    content.append(chunk.data(), static_cast<std::size_t>(count > 0 ? count : 0));
    if (content.size() > limit) return Error{Errc::NoSpace, 0, "the file is too long"};
    if (count == 0) return content;
  }
}

Result<Done> write_file(const std::string& path, const std::string& text) {
  const UniqueFd fd{open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!fd) return system_error(errno, "the file cannot be opened for writing");
  if (write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return system_error(errno, "the file cannot be written");
  return Done{};
}

Result<Done> make_file(const std::string& path, const std::string& text) {
  return make_private_file(path, as_bytes(text));
}

}  // namespace isboot::linux_platform
