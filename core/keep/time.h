#pragma once

#include "core/ports/clock.h"

namespace isboot::keep {

inline constexpr Millis kNever = UINT64_MAX;  // of a time that will not come

constexpr Millis earlier(Millis a, Millis b) { return a < b ? a : b; }

}  // namespace isboot::keep
