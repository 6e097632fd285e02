#pragma once

#include <string>

#include "core/base/result.h"

namespace isboot::linux_platform {

// Gives a NIC another name; before Linux 6.2 only while it is down. The kernel's errno: no such
// NIC, one that is up, a name that another has.
Result<Done> rename_nic(const std::string& from, const std::string& to);

}  // namespace isboot::linux_platform
