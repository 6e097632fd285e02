// loader.conf(5): hw.isboot.NAME, and the names that isboot 0.2.16 had.
#pragma once

#include "core/boot/parameters.h"
#include "platform/freebsd/ports.h"

namespace isboot::freebsd {

// Each tunable that is set is shown by sysctl(8) too. A bad value: a warning that names it, and
// what `parameters` has.
void read_tunables(KernelLog& log, boot::Parameters& parameters);

}  // namespace isboot::freebsd
