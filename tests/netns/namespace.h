// Network namespaces for tests: made by the test, gone with its process. They have no
// names, so that parallel runs cannot collide.
#pragma once

#include <string>

#include "core/base/ip_address.h"
#include "platform/linux/system/file.h"

namespace isboot::netns {

// Why tests cannot run here; empty when they can. They need root.
std::string reason_to_skip();

class Namespace {
public:
  // A new one, with only its loopback link, which is up. The caller's stays as it is.
  static Namespace create();

  // Puts the calling thread, and what it starts, into this namespace. Once the caller's
  // sysfs has to show the namespace too: `with_sysfs` (for the test's own, once a process).
  void enter(bool with_sysfs = false) const;

  // A command of a shell inside; fails the test when it fails.
  void run(const std::string& command) const;
  std::string output(const std::string& command) const;

  // Whether a TCP connection from here to `address` in `other` comes about within
  // seconds: the far side's link may come up a moment later than ours, and what is lost
  // then is sent again after a second. A target speaks TCP too, so this proves the path.
  // `scope`: the link here, for a link-local address.
  bool reaches(const IpAddress& address, const Namespace& other, unsigned scope = 0) const;

  // For `ip link set … netns PATH`.
  std::string path() const;

private:
  explicit Namespace(linux_platform::UniqueFd fd) : fd_{std::move(fd)} {}
  linux_platform::UniqueFd fd_;
};

}  // namespace isboot::netns
