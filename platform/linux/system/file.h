// Owners of file descriptors, and small files read whole.
#pragma once

#include <string>
#include <utility>

#include "core/base/result.h"

namespace isboot::linux_platform {

// Owns a file descriptor; -1 is none.
class UniqueFd {
public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_{fd} {}
  UniqueFd(UniqueFd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset(int fd = -1);

private:
  int fd_ = -1;
};

// The whole file, at most `limit` bytes: sysfs and procfs files, module lists.
// Error: the errno of open or read (platform/linux/system_error.h); Errc::NoSpace
// when the file is longer.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// Writes `text` with one write(2), as sysfs wants it.
Result<Done> write_file(const std::string& path, const std::string& text);

// A file that root alone may read, with this text; what was there is replaced.
Result<Done> make_file(const std::string& path, const std::string& text);

}  // namespace isboot::linux_platform
