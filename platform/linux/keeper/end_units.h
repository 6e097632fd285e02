#pragma once

#include <vector>

#include "platform/linux/net/handover/handover.h"

namespace isboot::linux_platform {

// The units by which systemd tells the keeper that the machine begins to end (end_notice.h), for
// write_run_files(): systemd.socket(5).
std::vector<RunFile> end_units();

}  // namespace isboot::linux_platform
