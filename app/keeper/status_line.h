// The keeper's sessions in one line: for a login banner, and for scripts.
#pragma once

#include <string>

#include "app/json/json.h"

namespace isboot::app {

struct StatusLine {
  std::string text;
  bool all_carried = false;
};

// Of `isboot status --json`; members that are missing count as unknown.
StatusLine status_line(const Json& status);

}  // namespace isboot::app
