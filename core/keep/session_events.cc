#include "core/keep/session_events.h"

namespace isboot::keep {

using boot::SessionEvent;
using boot::SessionState;

std::optional<SessionEvent> event_of(const Action& action, SessionState state) {
  const bool carried = state == SessionState::HandedOver;
  const bool leaves = state == SessionState::LoggingOut;
  if (action.kind == Action::Kind::Lose && (carried || leaves))
    return SessionEvent::lost(action.error, action.time2wait);
  if (action.kind == Action::Kind::LogOut && carried) return SessionEvent::log_out(action.error);
  if (action.kind == Action::Kind::LoggedOut && leaves)
    return SessionEvent::logged_out(action.time2wait.value_or(0));
  return std::nullopt;
}

SessionEvent event_of_time(SessionState state) {
  if (state == SessionState::Waiting || state == SessionState::Lost) return SessionEvent::due();
  return SessionEvent::failed({Errc::TimedOut, 0, "no answer in time"});
}

Adoption adoption_after(const Result<Done>& begun) {
  if (begun) return Adoption::Keep;
  const Code code = begun.error().code;
  return code == Errc::NotFound || code == Errc::BadValue ? Adoption::Forget : Adoption::TryAgain;
}

}  // namespace isboot::keep
