#pragma once

#include "core/ports/clock.h"

namespace isboot::keep {

inline constexpr Millis kNever = UINT64_MAX;  // of a time that will not come

}  // namespace isboot::keep
