// The end of the machine, as `isboot keep --shutdown` asks for it and as the keeper's guard carries
// it out.
#pragma once

#include <optional>

#include "core/base/text.h"
#include "platform/linux/keeper/control.h"

namespace isboot::app {

using linux_platform::MachineEnd;

// "poweroff", "reboot", "halt", "kexec"; empty: the machine stays.
std::optional<MachineEnd> machine_end(Text name);

// Returns when the kernel refuses, and at once for MachineEnd::Stay.
void end_machine(MachineEnd then);

// All of it waits for the disk, which may never come back: a child does it, within `limit` seconds.
// `machine_ends`: the disks are not taken away, so nobody flushes their caches after this.
void write_back(bool machine_ends, std::uint32_t limit);

// For a machine that goes on after write_back(): root as it was, within `limit` seconds.
bool is_root_writable();
void make_root_writable(std::uint32_t limit);

}  // namespace isboot::app
