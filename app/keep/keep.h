// What `isboot keep` does that every program has.
#pragma once

#include "app/boot/parameter_sources.h"
#include "app/failure.h"
#include "app/keep/machine_end.h"
#include "app/keeper/keeper_client.h"

namespace isboot::app {

// Starts the keeper in this process's place; returns when it cannot.
Failure start_keeper(const KeeperClientPaths& paths = {});

// Has the keeper of this program take over from the one that runs. What it says of that.
Outcome<std::string> replace(const KeeperClientPaths& paths = {});

// Ends the keeper and, unless `then` is MachineEnd::Stay, the machine. `limit`: seconds for a
// target that is away; empty: as isboot.shutdown= says.
Outcome<> shut_down(const std::string& limit, MachineEnd then, const KeeperClientPaths& paths = {});

}  // namespace isboot::app
