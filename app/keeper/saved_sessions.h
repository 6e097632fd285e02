// The sessions that a keeper has written down, with their secrets found again.
#pragma once

#include <string>

#include "core/boot/parameters.h"
#include "core/ports/log.h"
#include "platform/linux/keeper/state_file.h"

namespace isboot::app {

// Secrets come from where they came first: the iBFT, or the file that `attach` was given.
// One whose secrets cannot be found is in `records` without them, and the log says so.
// `folder`: the keeper's.
Result<Done> load_saved_sessions(const boot::Parameters& parameters, Log& log,
                                 linux_platform::SessionRecords& records,
                                 const std::string& folder = linux_platform::kStateFolder);

}  // namespace isboot::app
