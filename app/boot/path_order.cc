#include "app/boot/path_order.h"

namespace isboot::app {
namespace {

// For a path's process to take back what it has made, when its time is over.
constexpr Millis kGrace = 5'000;

}  // namespace

std::string first_disk(PlannedPaths& paths, const boot::Plan& plan, std::size_t count,
                       Millis give_up, Clock& clock, Log& log) {
  std::string disk;
  for (std::size_t at_once, i = 0; i < count && disk.empty(); i += at_once) {
    at_once = boot::paths_at_once(plan, i, count);
    const Millis now = clock.now();
    const Millis left = give_up > now ? give_up - now : 0;
    const Millis limit = now + left * at_once / (count - i);
    paths.set_limit(limit);
    if (at_once > 1) {
      disk = race(paths, i, at_once, limit + kGrace, clock, log);
    } else {
      disk = paths.bring_up(i, log);
      if (!disk.empty())
        paths.leave(i, log);
      else if (paths.may_come_later(i))
        paths.take_back(i, log);  // what is tried after it may be another disk
    }
  }
  return disk;
}

}  // namespace isboot::app
