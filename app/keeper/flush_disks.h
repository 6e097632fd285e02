// What a disk of an iSCSI session has in its write cache goes to its medium.
#pragma once

#include <cstddef>
#include <string>

namespace isboot::app {

// Asks each of them, and waits as long as the target is away. How many did it; the others are
// named on standard error. `blocks` is sysfs's folder of disks.
std::size_t flush_disks(const std::string& blocks = "/sys/block",
                        const std::string& devices = "/dev");

}  // namespace isboot::app
