// The keeper's sessions in one line: for a login banner, and for scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace isboot::app {

struct StatusLine {
  std::string text;
  bool all_carried = false;
};

// Of `isboot status --json`; members that are missing count as unknown.
StatusLine status_line(const nlohmann::ordered_json& status);

}  // namespace isboot::app
