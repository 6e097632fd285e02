#include "core/keep/restarts.h"

namespace isboot::keep {

Restarts::Choice Restarts::on_gone(Gone how, Millis started) {
  switch (how) {
    case Gone::Declared:
      return {.again = false};
    case Gone::Killed:  // it worked until then
      after_failure_ = kFirst;
      return {.again = true, .at = started + kFirst};
    case Gone::Failed:
    case Gone::NoProcess:
      break;
  }
  const Millis wait = after_failure_;
  if (after_failure_ < kMost) after_failure_ *= 2;
  return {.again = true, .at = started + wait};
}

}  // namespace isboot::keep
