// The keeper's sessions in one line: for a login banner, and for scripts.
#pragma once

#include <ctime>
#include <optional>
#include <string>

#include "app/json/json.h"

namespace isboot::app {

struct StatusLine {
  std::string text;
  bool all_carried = false;
};

// Of `isboot status --json`; members that are missing count as unknown. `now`: for a line that is
// read later, it says since when a session is lost, not for how long and what is being tried.
StatusLine status_line(const Json& status, std::optional<std::time_t> now = {});

}  // namespace isboot::app
