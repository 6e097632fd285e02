// What became of a session since it is kept: its losses, for those who ask; and which of its
// failures are worth a line. No I/O; time is an argument.
#pragma once

#include <array>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/keep/time.h"

namespace isboot::keep {

// One loss that is over.
struct Recovery {
  Millis lost_at = 0;
  Millis took = 0;  // from the loss to the hand-over
  Error cause{};    // of the loss
};

struct SessionHistory {
  static constexpr std::size_t kRemembered = 8;
  // The same failure again is worth a line only now and then.
  static constexpr Millis kRepeatEvery = 60'000;

  struct Told {
    Error cause{};
    Millis until = 0;  // that it is not told again
  };

  std::uint32_t recoveries = 0;
  std::array<Recovery, kRemembered> last{};  // the n-th at n modulo kRemembered
  Millis last_took = 0;                      // of the last recovery, from the loss to the hand-over
  Millis worst_took = 0;                     // of all of them
  Millis since = 0;                          // when the present state, carried or lost, began
  Error loss{};                              // the cause of the present loss, or of the last
  Error last_error{};                        // its text is empty when there was none
  InlineText<160> refusal{};                 // what the target said to the last login, in words
  std::array<Told, 4> told{};                // two causes may take turns for hours
};

// It is carried, or to be brought up, from now on.
void begin(SessionHistory& history, Millis now);
void on_lost(SessionHistory& history, const Error& cause, Millis now);
// A try to bring it back has failed; `refusal`: the target's words, perhaps none. Whether that is
// worth a line: not the same cause again within kRepeatEvery of its line, nor the loss itself
// before the first try (`tries` is 0), which is known.
bool on_failed(SessionHistory& history, const Error& cause, Text refusal, std::uint32_t tries,
               Millis now);
// … and no other follows, which is always worth one.
void on_given_up(SessionHistory& history, const Error& cause, Text refusal);
// Whether some failure of this loss was told a short time ago.
bool told_lately(const SessionHistory& history, Millis now);
// It is carried again: how long that took.
Millis on_back(SessionHistory& history, Millis now);

}  // namespace isboot::keep
