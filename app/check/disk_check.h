// One disk of one target, looked at as a boot would find it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/check/probe.h"
#include "app/json/json.h"

namespace isboot::app {

// What became of the look.
struct CheckedDisk {
  std::string portal;  // or the server's name, where that leads to none
  Lun lun;
  std::string target;
  bool logged_in = false;
  bool mutual = false;
  iscsi::SessionParams params;
  std::vector<std::string> notes;  // what the target did in the login that was made safe
  std::int64_t login_us = 0;
  std::int64_t round_trip_us = 0;  // the fastest of a few; 0: the target says no more
  DiskReport disk;
  std::optional<Failure> failure;
};

// Logs in at the first of several ways to one server that leads to a disk, as a boot takes it,
// looks at the disk and logs out. `config` says as whom, and names the target.
CheckedDisk check_disk(Conversation& conversation, const std::vector<Portal>& portals,
                       const Lun& lun, const iscsi::LoginConfig& config);

// For people, without the failure, and for scripts.
std::string checked_lines(const CheckedDisk& checked);
Json checked_json(const CheckedDisk& checked);

// The failure with the place: a failed login names its own, what comes after it is of the same
// target.
Failure failure_of(const CheckedDisk& checked);

}  // namespace isboot::app
