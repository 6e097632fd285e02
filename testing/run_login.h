// Runs a Login against a ScriptedTarget, its bytes cut as the caller likes.
#pragma once

#include "core/iscsi/login.h"
#include "testing/scripted_target.h"

namespace isboot::testing {

// Gives the Login at most `cut` bytes at a time (0: all that it wants), and checks
// that it never wants a byte beyond a reply. The last step comes back; one of kind
// Receive means that the target fell silent.
iscsi::LoginStep run_login(iscsi::Login& login, ScriptedTarget& target, std::size_t cut = 0);

}  // namespace isboot::testing
