// Block devices by what their content or their partition table says (libblkid).
#pragma once

#include <string>
#include <vector>

namespace isboot::linux_platform {

// Where block devices are looked for. Tests have folders of their own.
struct BlockFolders {
  std::string classes = "/sys/class/block";
  std::string nodes = "/dev";
};

// "UUID" and "LABEL" are of the file system, "PARTUUID" and "PARTLABEL" of the partition. The
// names of all devices below /dev that have this value: first those on `booted` ("sda"), the disk
// that was just booted from, when it is not empty, the others by name. A disk and its copy have the
// same values: the order of a folder must not decide between them.
std::vector<std::string> find_devices_by_tag(const std::string& tag, const std::string& value,
                                             const std::string& booted,
                                             const BlockFolders& folders = {});

// The file system's type ("ext4"); empty when it is not known, or ambiguous.
std::string file_system_type(const std::string& device);

}  // namespace isboot::linux_platform
