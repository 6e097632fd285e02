// Whether the machine uses the disks of a session: mounted, or as swap space, by themselves or by
// what is made of them (LVM, LUKS, dm-multipath, RAID, btrfs).
#pragma once

#include <optional>
#include <string>

#include "platform/linux/sysfs/sysfs.h"

namespace isboot::linux_platform {

// In words, such as "dm-0 is mounted at /"; nothing when no use is found. A mount table that cannot
// be read counts as a use. Mounts of all processes count, whatever their mount namespace.
std::optional<std::string> use_of_disks(unsigned session, const Sysfs& sysfs,
                                        const std::string& proc = "/proc");

}  // namespace isboot::linux_platform
