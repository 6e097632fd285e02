// isboot.service: shows the sessions as the status of a systemd unit, anew whenever the keeper has
// replaced its state file. The keeper is no part of that unit.
#pragma once

#include <ctime>
#include <string>

#include "app/keeper/keeper_client.h"
#include "platform/linux/system/file.h"

namespace isboot::app {

// Wakes up when the keeper's folder says so, and when somebody wants this process to end.
class KeeperWatch {
public:
  // From now on SIGTERM and SIGINT end no wait but this one's. An errno: ENOENT without a folder.
  static Result<KeeperWatch> open(const char* folder);
  // Until the next change. False: it is to end.
  bool wait() const;

private:
  linux_platform::UniqueFd changes_;
  linux_platform::UniqueFd signals_;
};

// The unit's status for what the keeper answered at `now`: one line.
std::string unit_status(const Result<KeeperAnswer>& answer, std::time_t now);

}  // namespace isboot::app
