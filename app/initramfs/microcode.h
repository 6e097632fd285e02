// Microcode for this machine's processor, which the kernel takes from an archive that is not
// compressed, in front of its initramfs (Documentation/arch/x86/microcode.rst, "Early load
// microcode").
#pragma once

#include <string>
#include <vector>

#include "core/base/text.h"

namespace isboot::app {

struct Microcode {
  std::string name;                // in the archive; empty: there is none
  std::vector<std::string> files;  // one behind the other they are what `name` holds
};

// `firmware`: where intel-ucode/ and amd-ucode/ are, as Debian's packages and linux-firmware have
// them; `cpuinfo`: the text of /proc/cpuinfo, of which the first processor counts.
Microcode microcode_for(const std::string& firmware, Text cpuinfo);

}  // namespace isboot::app
