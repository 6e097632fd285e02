// What the guard does when the keeper's process is gone: only an end that the keeper declares is
// one. Whatever else ends it (a signal, memory that cannot be had, a call that fails), it is
// started again, for ever: without a keeper the next loss would be the last.
#pragma once

#include "core/ports/clock.h"

namespace isboot::keep {

class Restarts {
public:
  enum class Gone : std::uint8_t {
    Declared,   // its work is over
    Killed,     // by a signal
    Failed,     // it ended by itself, and did not say that its work is over
    NoProcess,  // there was none: fork() failed
  };
  struct Choice {
    bool again = false;
    Millis at = 0;  // not before
  };

  // Between two starts of one that was killed: a keeper that cannot live must not take the
  // processor from everybody.
  static constexpr Millis kFirst = 1'000;
  // Between two that failed, at most: what they lack may be back at any time, and root waits.
  static constexpr Millis kMost = 8'000;

  // Of the process that began at `started`.
  Choice on_gone(Gone how, Millis started);

private:
  Millis after_failure_ = kFirst;
};

}  // namespace isboot::keep
