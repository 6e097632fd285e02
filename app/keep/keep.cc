#include "app/keep/keep.h"

#include <unistd.h>

#include "app/boot/boot_sequence.h"
#include "platform/linux/keeper/independence.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::app {

using linux_platform::ControlRequest;

// The name is what systemd goes by, and only a new program gets a new one.
Failure start_keeper(const KeeperClientPaths& paths) {
  if (linux_platform::connect_to_keeper(paths.control.c_str()))
    return {"a keeper runs already", "isboot status"};
  linux_platform::close_from(STDERR_FILENO + 1);
  const char* const arguments[] = {linux_platform::kKeeperName, "keep", nullptr};
  linux_platform::start_anew(arguments, paths.program.c_str());
  return {in_words(system_error(errno, "the keeper cannot be started")), "isboot keep"};
}

Outcome<> shut_down(const std::string& limit, MachineEnd then, const KeeperClientPaths& paths) {
  linux_platform::StderrLog log;
  ParameterOptions given;
  if (!limit.empty()) given["shutdown"] = limit;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), given, log);
  write_back(then != MachineEnd::Stay, parameters.shutdown);
  const auto answer = ask_keeper(
      {.kind = ControlRequest::Kind::End, .limit = parameters.shutdown, .then = then}, -1, paths);
  if (answer && answer->done) return Done{};
  return Failure{answer ? answer->text : keeper_failure(answer.error()).message,
                 "end the machine without it"};
}

Outcome<std::string> replace(const KeeperClientPaths& paths) {
  const auto answer = replace_keeper(paths);
  const std::string said = answer ? answer->text : in_words(answer.error());
  if (answer && answer->done) return said;
  return Failure{said + "; the keeper that runs goes on",
                 "the same again, or leave it until the next boot"};
}

}  // namespace isboot::app
