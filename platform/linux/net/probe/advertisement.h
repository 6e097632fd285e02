// Waits for what the routers of a link advertise.
#pragma once

#include "core/boot/network_plan.h"
#include "core/ports/log.h"
#include "platform/linux/net/rtnetlink/link_message.h"

namespace isboot::linux_platform {

// The rest of a plan that awaits an advertisement (core/boot/network_plan.h), once the kernel
// has taken from the routers what it needs. Waits for the kernel's events; never polls. Says
// after some seconds that it waits, and at the deadline what is missing: Errc::TimedOut.
Result<boot::NetworkPlan> await_advertisement(const LinkState& link, const LinkConfig& config,
                                              Clock& clock, Log& log, Millis deadline);

}  // namespace isboot::linux_platform
