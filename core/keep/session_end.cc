#include "core/keep/session_end.h"

namespace isboot::keep {
namespace {

constexpr Millis kLogoutLimit = 5'000;
// When the kernel did not take the request: memory may be short for a moment.
constexpr Millis kAskAgain = 1'000;

}  // namespace

SessionEnd::Do SessionEnd::begin(Millis limit) {
  limit_ = limit;
  deadline_ = limit;
  state_ = State::Unbinding;
  return Do::Unbind;
}

SessionEnd::Do SessionEnd::begin_with_machine(Millis limit, bool carried, Millis now) {
  leave_ = true;
  limit_ = limit;
  if (carried) return log_out(now);
  deadline_ = limit;
  state_ = State::Returning;
  return Do::Nothing;
}

SessionEnd::Do SessionEnd::on_event(Event event, bool carried, Millis now) {
  switch (state_) {
    case State::None:
    case State::Over:
      break;
    case State::Unbinding:
      if (event == Event::Unbound) return carried ? log_out(now) : over(Do::Destroy);
      if (event == Event::Refused) deadline_ = earlier(limit_, now + kAskAgain);
      if (event != Event::Time || now < deadline_) break;
      if (now < limit_) {
        deadline_ = limit_;
        return Do::Unbind;
      }
      return look(now);
    case State::LastLook:
      if (event == Event::Unbound) return over(Do::Destroy);
      if (event == Event::StillBound) return over(Do::Fail);
      if (event == Event::Time && now >= deadline_) return over(Do::Fail);
      break;
    case State::Returning:
      if (event == Event::Carried) return log_out(now);
      if (event == Event::Time && now >= deadline_) return look(now);
      break;
    case State::LoggingOut:
      if (event == Event::SaidGoodbye || event == Event::Refused) return said_goodbye();
      if (event == Event::Time && now >= deadline_) return said_goodbye();
      break;
  }
  return Do::Nothing;
}

SessionEnd::Do SessionEnd::log_out(Millis now) {
  state_ = State::LoggingOut;
  deadline_ = earlier(limit_, now + kLogoutLimit);
  return Do::LogOut;
}

SessionEnd::Do SessionEnd::look(Millis now) {
  state_ = State::LastLook;
  deadline_ = now + kAskAgain;
  return Do::Look;
}

SessionEnd::Do SessionEnd::over(Do how) {
  state_ = State::Over;
  deadline_ = kNever;
  return how;
}

}  // namespace isboot::keep
