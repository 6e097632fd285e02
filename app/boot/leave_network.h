#pragma once

#include <string>

#include "core/boot/plan.h"
#include "platform/linux/net/handover/handover.h"

namespace isboot::app {

// Tells the system to come of the network that its root disk needs (files under /run,
// platform/linux/net/handover/handover.h). `link` carries the path's address.
// Error: the errno; the boot goes on without.
Result<Done> leave_network(const ibft::Table& table, const boot::Path& path, LinkId link);

// What is to be written below `run`: not the file of the initramfs's own DHCP client for this
// address, which says more than isboot knows (domains, the root path).
std::vector<linux_platform::RunFile> files_to_leave(const linux_platform::BootNic& nic,
                                                    const std::string& run);

}  // namespace isboot::app
