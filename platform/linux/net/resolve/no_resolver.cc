// In the place of linux_resolver.cc in a program that is built without names.
#include "platform/linux/net/resolve/linux_resolver.h"

namespace isboot::linux_platform {

bool LinuxResolver::is_built_in() { return false; }

Result<std::size_t> LinuxResolver::ask(const IpAddress&, Bytes, MutableBytes, Via, Millis) {
  return Error{Errc::Unsupported, 0, "built without a resolver"};
}

bool LinuxResolver::has_route(const IpAddress&) { return false; }

}  // namespace isboot::linux_platform
