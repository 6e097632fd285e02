#include "app/keep/keep.h"

#include <unistd.h>

#include "app/boot/boot_sequence.h"
#include "platform/linux/keeper/independence.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::app {

using linux_platform::ControlRequest;

namespace {

constexpr const char* kWithoutKeeper = "end the machine without it";

Outcome<> is_root() {
  if (geteuid() == 0) return Done{};
  return Failure{"sessions are kept by root alone", "do it as root"};
}

}  // namespace

// The name is what systemd goes by, and only a new program gets a new one.
Failure start_keeper(const KeeperClientPaths& paths) {
  if (const auto root = is_root(); !root) return root.error();
  if (linux_platform::connect_to_keeper(paths.control.c_str()))
    return {"a keeper runs already", "isboot status"};
  linux_platform::close_from(STDERR_FILENO + 1);
  const char* const arguments[] = {linux_platform::kKeeperName, "keep", nullptr};
  linux_platform::start_anew(arguments, paths.program.c_str());
  return {in_words(system_error(errno, "the keeper cannot be started")), "isboot keep"};
}

Outcome<> shut_down(const std::string& limit, MachineEnd then, const KeeperClientPaths& paths) {
  ISBOOT_TRY(is_root());
  linux_platform::StderrLog log;
  ParameterOptions given;
  if (!limit.empty()) given["shutdown"] = limit;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), given, log);
  // Where nobody would end the machine, it stays as it is.
  if (const auto runs = linux_platform::connect_to_keeper(paths.control.c_str()); !runs)
    return Failure{keeper_failure(runs.error()).message, kWithoutKeeper};
  const bool machine_ends = then != MachineEnd::Stay;
  const bool was_writable = is_root_writable();
  write_back(machine_ends, parameters.shutdown);
  const auto answer = ask_keeper(
      {.kind = ControlRequest::Kind::End, .limit = parameters.shutdown, .then = then}, -1, paths);
  if (answer && answer->done) return Done{};
  // One who ended without an answer may be ending the machine: root's disk may be away.
  if (answer && machine_ends && was_writable) make_root_writable(parameters.shutdown);
  return Failure{answer ? answer->text : keeper_failure(answer.error()).message, kWithoutKeeper};
}

Outcome<std::string> replace(const KeeperClientPaths& paths) {
  ISBOOT_TRY(is_root());
  const auto answer = replace_keeper(paths);
  const std::string said = answer ? answer->text : in_words(answer.error());
  if (answer && answer->done) return said;
  return Failure{said + "; the keeper that runs goes on",
                 "the same again, or leave it until the next boot"};
}

}  // namespace isboot::app
