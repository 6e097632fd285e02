#include "app/keep/keep.h"

#include <unistd.h>

#include <cstdio>

#include "app/boot/boot_sequence.h"
#include "app/exit_status.h"
#include "app/keeper/keeper_client.h"
#include "platform/linux/keeper/independence.h"
#include "platform/linux/keeper/start_anew.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::app {

using linux_platform::ControlRequest;

// The name is what systemd goes by, and only a new program gets a new one.
int start_keeper() {
  if (linux_platform::connect_to_keeper(linux_platform::kControlPath)) {
    std::fprintf(stderr, "isboot: a keeper runs already\nisboot: next: isboot status\n");
    return kFailed;
  }
  linux_platform::close_from(STDERR_FILENO + 1);
  const char* const arguments[] = {linux_platform::kKeeperName, "keep", nullptr};
  linux_platform::start_anew(arguments);
  std::perror("isboot: the keeper cannot be started");
  return kFailed;
}

int shut_down(const std::string& limit, MachineEnd then) {
  linux_platform::StderrLog log;
  ParameterOptions given;
  if (!limit.empty()) given["shutdown"] = limit;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), given, log);
  write_back(then != MachineEnd::Stay, parameters.shutdown);
  const auto answer = ask_keeper(
      {.kind = ControlRequest::Kind::End, .limit = parameters.shutdown, .then = then}, -1);
  if (answer && answer->done) return kDone;
  const std::string reason = answer ? answer->text : answer.error().text;
  std::fprintf(stderr, "isboot: %s\nisboot: next: end the machine without it\n", reason.c_str());
  return kFailed;
}

int replace() {
  const auto answer = replace_keeper();
  const std::string said = answer ? answer->text : answer.error().text;
  if (answer && answer->done) {
    std::printf("isboot: %s\n", said.c_str());
    return kDone;
  }
  std::fprintf(stderr,
               "isboot: %s; the keeper that runs goes on\n"
               "isboot: next: the same again, or leave it until the next boot\n",
               said.c_str());
  return kFailed;
}

}  // namespace isboot::app
