// What an initramfs for this machine must bring: read from sysfs and the mount table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/failure.h"
#include "core/base/mac_address.h"

namespace isboot::app {

// The modules whose drivers serve the NICs, their PHYs and the buses above them; each once.
// `wanted`: the boot NICs; when it is empty, or none of them is there, all NICs that are hardware
// count.
std::vector<std::string> nic_modules(const std::string& sysfs, std::span<const MacAddress> wanted);

// A line "MAC NAME" for each NIC of this machine that is called otherwise than the kernel does by
// itself: the names that udev gave.
std::string nic_names(const std::string& sysfs);

struct RootPlace {
  std::string device;  // "/dev/sda2"
  std::string type;    // "ext4"
};

// Where "/" is, of the text of /proc/self/mounts. A failure when it is on what isboot's own
// initramfs cannot put together: LUKS, LVM, multipath, md, several disks, no disk at all.
Outcome<> find_root_place(const std::string& sysfs, Text mounts, RootPlace& place);

}  // namespace isboot::app
