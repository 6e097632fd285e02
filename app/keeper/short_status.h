// The keeper's sessions in a line each, for who has no library that reads JSON.
#pragma once

#include <optional>
#include <string>

#include "core/base/text.h"

namespace isboot::app {

struct ShortStatus {
  std::string text;  // "session 1  /dev/sda  carried for 35 s  10.0.2.2:3260  recoveries 0\n"
  std::size_t sessions = 0;
  bool all_carried = true;
};

// Of what the keeper answers (platform/linux/keeper/status_json.h). Nothing when it is no such
// thing.
std::optional<ShortStatus> short_status(Text json);

}  // namespace isboot::app
