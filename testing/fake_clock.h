#pragma once

#include "core/ports/clock.h"

namespace isboot::testing {

// Time stands still but for sleeping, and for what the other fakes say they took.
class FakeClock final : public Clock {
public:
  Millis now() override { return now_; }
  void sleep_until(Millis when) override {
    if (when > now_) now_ = when;
  }
  void pass(Millis span) { now_ += span; }

private:
  Millis now_ = 1000;
};

}  // namespace isboot::testing
