#pragma once

#include <string>

#include "app/tableless/machine_facts.h"
#include "core/boot/plan.h"
#include "platform/linux/net/handover/handover.h"

namespace isboot::app {

struct LeavePlaces {
  std::string run = "/run";
  TablelessPaths machine;
};

// Writes files below `run` that tell the booted system which NIC its root disk needs and how it is
// set up (platform/linux/net/handover/handover.h). `link` is the NIC, or the VLAN on it, that
// carries the path's address. The Error has the errno of what could not be written; the boot goes
// on without the files.
Result<Done> leave_network(const ibft::Table& table, const boot::Path& path, LinkId link,
                           const LeavePlaces& places = {});

// The files for leave_network(). When the initramfs's own DHCP client has left a file for this
// address below `run`, isboot writes none of that name: the client's says more than isboot knows
// (domains, the root path).
std::vector<linux_platform::RunFile> files_to_leave(const linux_platform::BootNic& nic,
                                                    const std::string& run);

}  // namespace isboot::app
