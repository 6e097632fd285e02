// loader.conf(5): hw.isboot.NAME, and the names that isboot 0.2.16 had.
#pragma once

#include "core/boot/parameters.h"
#include "core/ports/log.h"

namespace isboot::freebsd {

// Each tunable that is set is shown by sysctl(8) too. A bad value: a warning that names it, and
// the default.
boot::Parameters read_tunables(Log& log);

}  // namespace isboot::freebsd
