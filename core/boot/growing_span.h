// Spans that double up to a longest one: for looks at what may come later, so that a long wait
// says little of itself.
#pragma once

#include "core/ports/clock.h"

namespace isboot::boot {

class GrowingSpan {
public:
  constexpr GrowingSpan(Millis first, Millis longest) : next_{first}, longest_{longest} {}

  constexpr Millis next() {
    const Millis span = next_ < longest_ ? next_ : longest_;
    next_ = 2 * span;
    return span;
  }
  // The end of the next span, from `now`, but never past `deadline`.
  constexpr Millis end(Millis now, Millis deadline) {
    const Millis span = next();
    return now < deadline && deadline - now > span ? now + span : deadline;
  }

private:
  Millis next_;
  Millis longest_;
};

}  // namespace isboot::boot
