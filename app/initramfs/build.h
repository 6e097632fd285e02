// An initramfs that holds isboot as its /init, kernel modules, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/failure.h"

namespace isboot::app {

struct InitramfsPlan {
  std::string base;                         // where lib/modules and lib/firmware are; empty: "/"
  std::string version;                      // of the kernel, as uname -r prints it
  std::string program;                      // becomes /init
  std::vector<std::string> modules;         // by name or alias; what is built in adds nothing
  std::vector<std::string> module_folders;  // of lib/modules/VERSION: all that is below
  std::string nic_names;                    // as of nic_names() in machine_parts.h; may be empty
  std::string cpuinfo;                      // as of /proc/cpuinfo, for the microcode; may be empty
  std::string output;
};

// The modules that every boot from iSCSI needs.
std::vector<std::string> boot_modules();
// For NICs of machines that are not at hand: folders for `module_folders`, and buses.
std::vector<std::string> all_nic_folders();
std::vector<std::string> all_nic_buses();

// Writes it, compressed as this kernel's configuration says that it can read; what was there is
// replaced when the new one is complete. The same plan and files give the same bytes. Firmware
// that a module names is taken along where the machine has it, and so is the processor's
// microcode, not compressed and in front. Uses depmod, modinfo, cpio and
// zstd or gzip. Takes seconds.
Outcome<> build_initramfs(const InitramfsPlan& plan);

}  // namespace isboot::app
