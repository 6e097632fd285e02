// Kernel modules that a boot needs, where nobody else loads them.
#pragma once

#include <string>
#include <vector>

#include "core/ports/log.h"

namespace isboot::app {

// Of these, what /sys/module does not show as loaded. `modules`: where the kernel shows them.
std::vector<std::string> not_loaded(std::vector<std::string> names,
                                    const std::string& modules = "/sys/module");

// Loads what is not loaded yet: by modprobe, whose settings are the user's, else from the files
// that depmod made. What cannot be had is a warning: it may be built in.
void load_modules(const std::vector<std::string>& names, Log& log,
                  const std::string& modules = "/sys/module");

// What every session needs: the transport, disks, and where `vlan` says so VLANs.
void load_boot_modules(bool vlan, Log& log, const std::string& modules = "/sys/module");

// Where the low memory of a BIOS machine cannot be read, the kernel's own module shows its table.
void load_table_module(Log& log);

}  // namespace isboot::app
