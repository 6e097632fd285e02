// The control group that a process was started in: of a unit or a login session, whose end
// would be the process's end, too.
#pragma once

#include <string>

#include "core/base/result.h"

namespace isboot::linux_platform {

// Moves the calling process to the root of the control groups, which nobody stops: a manager
// that starts later takes what is there into a group of its own (systemd: init.scope). Without
// control groups there is nothing to leave. `mounts`: where they are mounted.
Result<Done> leave_control_group(const std::string& mounts = "/sys/fs/cgroup");

}  // namespace isboot::linux_platform
