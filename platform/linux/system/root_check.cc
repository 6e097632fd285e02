#include "platform/linux/system/root_check.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/boot/parameters.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// fsck(8), "EXIT STATUS".
constexpr int kCorrected = 1;
constexpr int kRestart = 2;
constexpr int kLeft = 4;

}  // namespace

CheckOptions CheckOptions::from_command_line(Text command_line) {
  using boot::command_line_value;
  CheckOptions options;
  const Text mode = command_line_value(command_line, "fsck.mode").value_or(Text{});
  if (mode == "skip") options.mode = Mode::Skip;
  if (mode == "force") options.mode = Mode::Force;
  const Text repair = command_line_value(command_line, "fsck.repair").value_or(Text{});
  if (repair == "yes") options.repair = Repair::Yes;
  if (repair == "no") options.repair = Repair::No;
  return options;
}

std::vector<std::string> check_command(const std::string& type, const std::string& device,
                                       const CheckOptions& options, const std::string& folder) {
  const std::string program = folder + "fsck." + type;
  if (options.mode == CheckOptions::Mode::Skip || access(program.c_str(), X_OK) != 0) return {};
  std::vector<std::string> command{program};
  switch (options.repair) {
    case CheckOptions::Repair::Preen:
      command.emplace_back("-a");
      break;
    case CheckOptions::Repair::Yes:
      command.emplace_back("-y");
      break;
    case CheckOptions::Repair::No:
      command.emplace_back("-n");
      break;
  }
  if (options.mode == CheckOptions::Mode::Force) command.emplace_back("-f");
  command.push_back(device);
  return command;
}

CheckResult result_of_check(int exit_status) {
  if (exit_status >= 128) return CheckResult::Good;  // ended by a signal, or no library for it
  if ((exit_status & kRestart) != 0) return CheckResult::Restart;
  if ((exit_status & kLeft) != 0) return CheckResult::Broken;
  return (exit_status & kCorrected) != 0 ? CheckResult::Repaired : CheckResult::Good;
}

Result<int> run_and_wait(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = -1;
  const int failed =
      posix_spawn(&process, arguments[0], nullptr, nullptr, arguments.data(), environ);
  if (failed != 0) return system_error(failed, "it cannot be run");
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return system_error(errno, "it cannot be waited for");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace isboot::linux_platform
