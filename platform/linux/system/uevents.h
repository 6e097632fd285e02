#pragma once

#include "core/base/result.h"
#include "core/ports/clock.h"
#include "platform/linux/netlink/socket.h"

namespace isboot::linux_platform {

// The kernel's notes that devices come and go (NETLINK_KOBJECT_UEVENT): something to
// wait for between two looks at sysfs. Open it before the first look.
class Uevents {
public:
  static Result<Uevents> open(Clock& clock);

  // True when something happened since the last call, false at the deadline.
  bool wait(Millis deadline);

private:
  Uevents(netlink::Socket socket, Clock& clock) : socket_{std::move(socket)}, clock_{clock} {}

  netlink::Socket socket_;
  Clock& clock_;
};

}  // namespace isboot::linux_platform
