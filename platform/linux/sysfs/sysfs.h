// The kernel's tree of devices, below a folder that tests choose. For programs with a heap; the
// keeper, which has none, reads through platform/linux/keeper/session_folder.h.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace isboot::linux_platform {

class Sysfs {
public:
  explicit Sysfs(std::string root = "/sys") : root_{std::move(root)} {}

  // Paths are below the root and do not begin with '/'.

  // An attribute's first line; empty when it is not there or cannot be read.
  std::string attribute(const std::string& path) const;
  // The entries of a folder by name, without "." and ".."; none when there is no such folder.
  std::vector<std::string> names(const std::string& path) const;
  bool has(const std::string& path) const;
  // Where the links of a path lead to, whole; empty when nothing is there.
  std::string target(const std::string& path) const;
  // The first line of an attribute that may be a secret, into the caller's memory. How long it is;
  // 0 when it is not there or cannot be read. What follows the line in `room` is to be wiped, too.
  std::size_t read_into(const std::string& path, MutableBytes room) const;
  // The path for open(2).
  std::string at(const std::string& path) const { return root_ + "/" + path; }

private:
  std::string root_;
};

// "class/iscsi_session/session3/" and "class/iscsi_connection/connection3:0/".
std::string session_folder(unsigned session);
std::string connection_folder(unsigned session);

}  // namespace isboot::linux_platform
