#pragma once

#include "core/boot/plan.h"

namespace isboot::app {

// Tells the system to come of the network that its root disk needs (files under /run,
// platform/linux/net/handover/handover.h). `link` carries the path's address.
// Error: the errno; the boot goes on without.
Result<Done> leave_network(const ibft::Table& table, const boot::Path& path, LinkId link);

}  // namespace isboot::app
