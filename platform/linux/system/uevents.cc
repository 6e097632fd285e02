#include "platform/linux/system/uevents.h"

#include <linux/netlink.h>

#include <array>

namespace isboot::linux_platform {
namespace {
constexpr std::uint32_t kFromKernel = 1;  // group 2 is udev's
}

Result<Uevents> Uevents::open(Clock& clock) {
  return Uevents{ISBOOT_TRY(netlink::Socket::open({NETLINK_KOBJECT_UEVENT, kFromKernel, 0})),
                 clock};
}

bool Uevents::wait(Millis deadline) {
  std::array<std::uint8_t, 8192> ignored;  // what happened is seen in sysfs
  const auto event = socket_.receive(ignored, clock_, deadline);
  // Lost or cut events are events too.
  return event || !(event.error().code == Errc::TimedOut);
}

}  // namespace isboot::linux_platform
