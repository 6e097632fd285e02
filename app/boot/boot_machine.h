// `isboot boot`: what its options and the kernel's command line say, then the boot.
#pragma once

#include "app/boot/parameter_sources.h"

namespace isboot::app {

// Prints the disk's device; an ExitStatus.
int boot_machine(const ParameterOptions& options);

// Whether boot_machine() would have something to do (boot_sequence.h, is_boot_wanted).
int is_boot_wanted(const ParameterOptions& options);

}  // namespace isboot::app
