// The system calls that a keeper makes once it runs; all others are refused from then on.
#pragma once

#include "core/base/result.h"

namespace isboot::linux_platform {

enum class Caller : std::uint8_t {
  Keeper,
  Errands,  // errands.h
};

// For the rest of the process's life. A call that is not on the list returns EPERM and is
// written to the kernel's log (audit type 1326): a keeper that cannot do one thing is worth
// more to the disk than a dead one. Error: the errno; Errc::Unsupported on a processor whose
// numbers of system calls are not known here.
Result<Done> refuse_other_system_calls(Caller caller = Caller::Keeper);

}  // namespace isboot::linux_platform
