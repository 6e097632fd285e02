// Who starts the keeper again when it is gone: its parent, a process that does nothing but wait
// for that. It needs no program, no file and no init for it: what it starts is a copy of
// itself. Beside it waits its heir, another copy, which takes its place when the guard itself is
// killed. docs/keeper.md, "Restart".
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>

#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class GuardedWork {
public:
  struct Start {
    bool first = false;  // the first process for this work
    pid_t guard = 0;     // who started it
    int guards = -1;     // a descriptor that is at its end once there is neither guard nor heir

    // Whether somebody would see the end of the work.
    bool is_guarded() const;
  };

  // In a process of its own. The result is the status of work that is over, not negative;
  // nothing: it could not be done, and is to be tried again.
  virtual std::optional<int> run(const Start& start) = 0;
  // In the guard, each time that it has another heir.
  virtual void heir_is(pid_t heir) = 0;
  // In the heir, which is the guard from now on: the one before it is gone.
  virtual void take_the_place_of(pid_t guard) = 0;
  // In the guard, with the status of work that is over. When the guard is killed meanwhile, its
  // heir does it, from the beginning.
  virtual void finish(int status) = 0;

protected:
  ~GuardedWork() = default;
};

// Has `work` done until it says that it is over, anew whatever else ends it; the result is the
// status that it declared. When it is started again: core/keep/restarts.h. Tries for ever where
// there is no memory for a page. The descriptors in `for_the_first` are closed when the first
// process has them. Blocks. It returns once, in the guard of that time: the process that called it,
// or an heir.
int guard(GuardedWork& work, std::span<UniqueFd> for_the_first, Clock& clock, Log& log);

}  // namespace isboot::linux_platform
