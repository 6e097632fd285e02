// The side of the keeper that other subcommands see.
#pragma once

#include <string>

#include "core/boot/establish.h"
#include "platform/linux/keeper/control.h"

namespace isboot::cli {

// Leaves the session to the keeper, which is started when none runs. The session works
// without it, too, until its connection is lost.
Result<Done> leave_to_keeper(const boot::Established& established);

// One request to the running keeper. `limit_ms` -1: however long it takes. ENOENT and
// ECONNREFUSED (system_error.h): none runs.
struct KeeperAnswer {
  bool done = false;
  std::string text;
};
Result<KeeperAnswer> ask_keeper(const linux_platform::ControlRequest& request, int limit_ms);

}  // namespace isboot::cli
