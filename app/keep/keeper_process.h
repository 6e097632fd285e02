// The keeper as a process: its guard, what it begins with, and how it ends.
#pragma once

#include "core/base/text.h"

namespace isboot::app {

// Whether a process of this name is the keeper itself, and not who asks for it.
bool is_keeper(Text name);

// The keeper; start_keeper() and keeper_client.h start it, with the descriptor of its first client
// as the last argument, if there is one. Returns an ExitStatus.
int run_keeper(int argc, char** argv);

}  // namespace isboot::app
