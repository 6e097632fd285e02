// How long to wait between two tries: exponential with full jitter, so that machines
// that lost their target together do not come back together. bench/storm measures it.
#pragma once

#include "core/ports/clock.h"
#include "core/ports/entropy.h"

namespace isboot::boot {

struct BackoffLimits {
  Millis first = 200;   // the longest first wait
  Millis most = 2'000;  // the longest wait of all
};

class Backoff {
public:
  Backoff() = default;
  explicit Backoff(const BackoffLimits& limits) : limits_{limits} {}

  // Somewhere between a tenth of the present longest wait and all of it; the longest
  // wait then doubles. Without entropy the longest wait itself: late, but never a
  // busy loop.
  Millis next(Entropy& entropy);
  // After a success: the next wait is a first one again.
  void reset() { doublings_ = 0; }

private:
  BackoffLimits limits_;
  unsigned doublings_ = 0;
};

}  // namespace isboot::boot
