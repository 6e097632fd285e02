#include "core/keep/path_turn.h"

namespace isboot::keep {
namespace {

constexpr Millis kLookAgain = 1'000;
// A target may lack the LUN: somebody may still add it, but there is no hurry. Looks are counted
// and not time, which passes also while the machine sleeps.
constexpr int kLooksSoon = 60;
constexpr Millis kLookAgainLater = 3'600'000;
constexpr Millis kMostAfterFailure = 60'000;

}  // namespace

bool is_due(PathTurn& turn, bool carried, Millis now) {
  const bool due = carried != turn.was_carried || turn.care_at <= now;
  if (carried != turn.was_carried) turn.after_failure = turn.looks = 0;
  turn.was_carried = carried;
  return due;
}

void on_care(PathTurn& turn, boot::PathCare care, Millis since) {
  turn.care_at = kNever;
  if (care == boot::PathCare::Wait) turn.care_at = since + boot::kFailOver * Millis{1000};
  if (care == boot::PathCare::Release) turn.taken_away = true;
}

void on_care_done(PathTurn& turn) { turn.after_failure = 0; }

void on_care_failed(PathTurn& turn, boot::PathCare care, Millis now) {
  turn.after_failure = turn.after_failure == 0 ? kLookAgain : 2 * turn.after_failure;
  if (turn.after_failure > kMostAfterFailure) turn.after_failure = kMostAfterFailure;
  turn.care_at = now + turn.after_failure;
  if (care == boot::PathCare::Release) turn.taken_away = false;
}

void on_disk_looked_for(PathTurn& turn, bool found, Millis now) {
  if (found) turn.taken_away = false;
  turn.looks = found || turn.looks > kLooksSoon ? turn.looks : turn.looks + 1;
  // One that was found is taken by the multipath driver meanwhile.
  const bool soon = found || turn.looks <= kLooksSoon;
  turn.care_at = now + (soon ? kLookAgain : kLookAgainLater);
}

void on_gone(PathTurn& turn) { turn = {.was_carried = turn.was_carried}; }

}  // namespace isboot::keep
