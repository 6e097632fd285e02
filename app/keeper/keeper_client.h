// The side of the keeper that other subcommands see.
#pragma once

#include <string>

#include "app/failure.h"
#include "core/boot/establish.h"
#include "platform/linux/keeper/control.h"
#include "platform/linux/keeper/start_anew.h"
#include "platform/linux/keeper/state_file.h"

namespace isboot::app {

// For what the keeper answers at once.
inline constexpr int kAnswerLimitMs = 5'000;

// Where the keeper is, and what is started in its place. Tests have folders of their own.
struct KeeperClientPaths {
  std::string control = linux_platform::kControlPath;
  std::string saved_sessions = linux_platform::kSavedSessions;
  std::string program = linux_platform::kSmallProgram;  // else the one that runs
  std::string interfaces = "/sys/class/net";
};

// Leaves the session to the keeper, which is started when none runs. The session works
// without it, too, until its connection is lost. `credentials_file`: where a later keeper
// finds the secrets again, in whatever folder it runs; empty: in the iBFT.
Outcome<> leave_to_keeper(const boot::BootSession& established,
                          const std::string& credentials_file = {},
                          const KeeperClientPaths& paths = {});

// How a record names the file: a whole path. Fails when that is longer than a record can hold.
Outcome<linux_platform::CredentialsPath> kept_path(const std::string& credentials_file);

// A keeper that serves, started when none runs. Without a session it stays for as long as
// the descriptor is open.
Result<linux_platform::UniqueFd> hold_keeper(const KeeperClientPaths& paths = {});

// One request to the running keeper. `limit_ms` -1: however long it takes.
struct KeeperAnswer {
  bool done = false;
  std::string text;
};
Result<KeeperAnswer> ask_keeper(const linux_platform::ControlRequest& request, int limit_ms,
                                const KeeperClientPaths& paths = {});

// What an error of ask_keeper() means: none runs, or what a person is told of it.
bool is_no_keeper(const Error& error);
Failure keeper_failure(const Error& error);
// For an answer that cannot be read.
Failure unknown_answer();

// Starts the keeper of this program, which takes over from the one that runs; where both that and
// its guard were killed it begins with what they left. Done as well where there is nothing to keep.
Result<KeeperAnswer> replace_keeper(const KeeperClientPaths& paths = {});

}  // namespace isboot::app
