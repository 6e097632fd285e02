// The single places where a table can be. Private to platform/linux/firmware.
#pragma once

#include <string>
#include <vector>

#include "platform/linux/firmware/firmware_table.h"

namespace isboot::linux_platform {

// Each adds what it finds to `search`. Nothing there at all is no obstacle.
void search_acpi(const FirmwarePaths& paths, FirmwareSearch& search);
void search_low_memory(const FirmwarePaths& paths, FirmwareSearch& search);
void search_iscsi_ibft(const FirmwarePaths& paths, FirmwareSearch& search);
// The same of iSCSI adapters, whose drivers show their settings in the same form.
void search_adapters(const FirmwarePaths& paths, FirmwareSearch& search);

// "/dev/mem: Operation not permitted"
std::string obstacle(const std::string& path, const Error& error);

}  // namespace isboot::linux_platform
