// Sessions that change hands between isboot's keeper and open-iscsi's iscsid.
#pragma once

#include <string>

#include "app/failure.h"
#include "app/keeper/keeper_client.h"

namespace isboot::app {

// Where both of them have what is theirs. Tests have folders of their own.
struct HandOverPaths {
  KeeperClientPaths keeper;
  std::string run = linux_platform::kStateFolder;  // what the keeper has saved
  std::string nodes = "/etc/iscsi/nodes";          // iscsid's records
  std::string sockets = "/proc/net/unix";
  std::string sysfs = "/sys";
};

// All sessions of the keeper become iscsid's: a node record for each, and the keeper lets go
// and ends. iscsid takes them when it is started (or started again), as the words say. A session
// that was never logged in has no record: iscsid could not find out where it belongs. When it
// fails all of them stay the keeper's.
Outcome<std::string> hand_over_to_iscsid(const HandOverPaths& paths = {});

// A session that iscsid made, or one whose keeper's state is lost, is the keeper's from now
// on. `credentials`: a file as of `attach`; empty: none.
Outcome<> adopt(unsigned session, const std::string& credentials, const HandOverPaths& paths = {});

}  // namespace isboot::app
