// What `isboot keep` does that every program has; each returns an ExitStatus and has said what
// there is to say.
#pragma once

#include "app/boot/parameter_sources.h"
#include "app/keep/machine_end.h"

namespace isboot::app {

// Starts the keeper in this process's place.
int start_keeper();

// Has the keeper of this program take over from the one that runs.
int replace();

// Ends the keeper and, unless `then` is MachineEnd::Stay, the machine. `limit`: seconds for a
// target that is away; empty: as isboot.shutdown= says.
int shut_down(const std::string& limit, MachineEnd then);

}  // namespace isboot::app
