// A target's portals, where a user or a table names its server by a name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/failure.h"
#include "core/names/look_up.h"

namespace isboot::app {

// The name, what each server said (`told`), and what to do.
Failure look_up_failure(Text host, const Error& error, Text told);

// Puts each portal that `host` stands for into `portals`, the best first; without a host just
// `portal`. `asking` is absent where the program has no resolver.
Outcome<> find_portals(const Portal& portal, Text host, names::Asking* asking, Millis deadline,
                       std::vector<Portal>& portals);

}  // namespace isboot::app
