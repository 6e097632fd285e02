// Carries a session's steps out over the ports, until the kernel has it: connects, talks, waits
// between tries, follows redirects, hands over, and tells of each in a line.
#pragma once

#include "core/boot/path_session.h"

namespace isboot::boot {

// Until the kernel has the session, or `give_up`. `told`: the level of what goes well. `found`: the
// path, where its server has several addresses.
Result<Done> log_in(const Path& path, const Parameters& parameters, Millis give_up, Ports& ports,
                    BootSession& made, LogLevel told, FoundPath* found = nullptr);

}  // namespace isboot::boot
