// Whether this machine has a disk already, root's among others. A second name for it would let two
// file systems write to one disk.
#pragma once

#include <string>

#include "app/failure.h"
#include "app/json/json.h"
#include "core/base/lun.h"
#include "platform/linux/sysfs/sysfs.h"

namespace isboot::app {

// Fails when a session has this LUN of this target: one of the kernel's, whoever made it, or one of
// `status` (read_status()) whose disk is not there now. LUNs are compared as numbers where they are
// such.
Outcome<> disk_is_not_there(const std::string& target, const Lun& lun, const Json& status,
                            const linux_platform::Sysfs& sysfs);

}  // namespace isboot::app
