// Block devices by what their content or their partition table says (libblkid).
#pragma once

#include <string>

namespace isboot::linux_platform {

// "UUID" and "LABEL" are of the file system, "PARTUUID" and "PARTLABEL" of the
// partition. The name of a device below /dev that has this value; empty when none has.
std::string find_device_by_tag(const std::string& tag, const std::string& value);

// The file system's type ("ext4"); empty when it is not known, or ambiguous.
std::string file_system_type(const std::string& device);

}  // namespace isboot::linux_platform
