// Until when the kernel's initiator may take for an answer.
#pragma once

#include "core/ports/clock.h"

namespace isboot::linux_platform {

struct AnswerLimit {
  // It answers within milliseconds, on a machine that is slow or has just been started within
  // seconds. Where nobody has set a limit, and for what is taken back after that.
  static constexpr Millis kSpan = 30'000;

  Millis give_up = 0;  // the user's limit, on the clock; 0: none

  Millis at(Millis now) const { return now < give_up ? give_up : now + kSpan; }
};

}  // namespace isboot::linux_platform
