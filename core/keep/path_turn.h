// When each of several paths to one disk is looked at, and when again: what is done about it then
// says core/boot/path_care.h. A path is looked at when any of them is lost or back, and until what
// was to be done has been done. No I/O; time is an argument.
#pragma once

#include "core/boot/path_care.h"
#include "core/keep/time.h"

namespace isboot::keep {

struct PathTurn {
  bool was_carried = false;
  bool taken_away = false;   // its disk, by us, or never there
  Millis care_at = kNever;   // when it is to be looked at again, whatever happens
  Millis after_failure = 0;  // the wait after the last one, while nothing has been done since
  int looks = 0;             // for its disk, without a result, since it is back
};

// Whether all paths are to be looked at because of this one. `carried`: one that is about to end,
// or is not kept any more, is not.
bool is_due(PathTurn& turn, bool carried, Millis now);
// This is done about it now. `since`: when its present state, carried or lost, began.
void on_care(PathTurn& turn, boot::PathCare care, Millis since);
// … and has been done.
void on_care_done(PathTurn& turn);
// … and could not be done: it is tried again, at first soon.
void on_care_failed(PathTurn& turn, boot::PathCare care, Millis now);
// Whether its disk is back, after BringBack.
void on_disk_looked_for(PathTurn& turn, bool found, Millis now);

// Its session is not kept any more: what was the other path may be the last one now.
void on_gone(PathTurn& turn);

}  // namespace isboot::keep
