// Who starts the keeper again when it is gone: its parent, a process that does nothing but wait
// for that. It needs no program, no file and no init for it: what it starts is a copy of
// itself. docs/keeper.md, "Restart".
#pragma once

#include <optional>
#include <span>

#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class GuardedWork {
public:
  // In a process of its own. The result is the exit status of work that is over (below 64);
  // nothing: it could not be done, and is to be tried again. `first`: in the first such process.
  virtual std::optional<int> run(bool first) = 0;

protected:
  ~GuardedWork() = default;
};

// Has `work` done until it says that it is over, anew whatever else ends it; the result is the
// status that it declared. When it is started again: core/keep/restarts.h. The descriptors in
// `for_the_first` are closed when the first process has them. Blocks.
int guard(GuardedWork& work, std::span<UniqueFd> for_the_first, Clock& clock, Log& log);

}  // namespace isboot::linux_platform
