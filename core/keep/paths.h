// The turns of all paths, by the slots of their sessions.
#pragma once

#include "core/keep/keeper.h"
#include "core/keep/path_turn.h"

namespace isboot::keep {

class Paths {
public:
  PathTurn& operator[](std::size_t slot) { return turns_[slot]; }

  // In each turn of the driver's loop: whether all of them are to be looked at, and told of Care.
  // `carried` as PathTurn::is_due() wants it.
  bool are_due(const std::array<bool, kMaxKept>& carried, Millis now) {
    bool due = false;
    for (std::size_t slot = 0; slot < kMaxKept; ++slot)
      due = turns_[slot].is_due(carried[slot], now) || due;
    for (std::size_t slot = 0; slot < kMaxKept && due; ++slot) turns_[slot].on_looked_at();
    return due;
  }

  // When they are, whatever happens.
  Millis care_at() const {
    Millis first = kNever;
    for (const PathTurn& turn : turns_) first = turn.care_at() < first ? turn.care_at() : first;
    return first;
  }

private:
  std::array<PathTurn, kMaxKept> turns_{};
};

}  // namespace isboot::keep
