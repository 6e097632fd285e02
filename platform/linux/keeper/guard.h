// Who starts the keeper again when it was killed: its parent, a process that does nothing but
// wait for that. It needs no program, no file and no init for it: what it starts is a copy of
// itself. docs/keeper.md, "Restart".
#pragma once

#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class GuardedWork {
public:
  // In a process of its own; the result is its exit status. `handed_over`: a descriptor for the
  // first such process alone, else -1.
  virtual int run(int handed_over) = 0;

protected:
  ~GuardedWork() = default;
};

// Has `work` done until it ends by itself, anew whenever a signal ends it; the result is the
// last exit status. Two starts are a second apart. Blocks.
int guard(GuardedWork& work, UniqueFd handed_over, Clock& clock, Log& log);

}  // namespace isboot::linux_platform
