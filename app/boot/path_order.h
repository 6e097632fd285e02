// Which paths of a plan are tried at the same time, which after others, and how long each.
#pragma once

#include "app/boot/path_race.h"
#include "core/boot/plan.h"

namespace isboot::app {

// The paths of a plan, by their numbers in it.
class PlannedPaths : public PathWork {
public:
  // When the next bring_up() ends: a time on first_disk()'s clock.
  virtual void set_limit(Millis give_up) = 0;
};

// The disk of the first path that has one, of the plan's first `count`; empty when none has.
// Those that firmware selected are tried at the same time, the others one after the other in
// the caller's process. Each step gets its share of the time that is left until `give_up`, so
// that a dead one cannot use up all of it.
std::string first_disk(PlannedPaths& paths, const boot::Plan& plan, std::size_t count,
                       Millis give_up, Clock& clock, Log& log);

}  // namespace isboot::app
