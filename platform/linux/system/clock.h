#pragma once

#include "core/ports/clock.h"

namespace isboot::linux_platform {

// CLOCK_MONOTONIC.
class LinuxClock final : public Clock {
public:
  Millis now() override;
  void sleep_until(Millis when) override;
};

// How long poll(2) may wait until `deadline`: rounded up, 0 when it has passed,
// never negative ("for ever").
int poll_timeout(Millis now, Millis deadline);

}  // namespace isboot::linux_platform
