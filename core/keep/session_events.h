// What a decision of the keeper, or a time that has come, means to a session in its state: the
// driver tells it to core/boot/session.h. No I/O.
#pragma once

#include <optional>

#include "core/boot/session.h"
#include "core/keep/keeper.h"

namespace isboot::keep {

// Of Lose, LogOut and LoggedOut; nothing for other actions, and for one that comes too late: the
// session is lost already, or is back.
std::optional<boot::SessionEvent> event_of(const Action& action, boot::SessionState state);

// At the deadline of the session's last step.
boot::SessionEvent event_of_time(boot::SessionState state);

// What becomes of a session that an earlier keeper kept, when the next one begins.
enum class Adoption : std::uint8_t {
  Keep,
  Forget,    // the kernel has it no more, or it is kept already
  TryAgain,  // whatever else fails may pass: nothing is known that could be forgotten
};
Adoption adoption_after(const Result<Done>& begun);

}  // namespace isboot::keep
