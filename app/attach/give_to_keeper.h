// The keeper takes a session that was made, or nobody has it.
#pragma once

#include <string>

#include "app/keeper/keeper_client.h"
#include "core/ports/clock.h"
#include "platform/linux/initiator/session_keeping.h"

namespace isboot::app {

struct KeeperWay {
  KeeperClientPaths client;
  std::string classes = "/sys/class";
  Millis until_unbound = 10'000;
};

// leave_to_keeper(). A session that the keeper does not take ends at once: its disk goes, and the
// kernel's objects; nobody would bring it back, nor end it with the machine.
Outcome<> give_to_keeper(const boot::BootSession& made, const std::string& credentials_file,
                         linux_platform::SessionKeeping& initiator, Clock& clock,
                         const KeeperWay& way = {});

}  // namespace isboot::app
