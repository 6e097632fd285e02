#include "app/init/new_root.h"

#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "app/failure.h"
#include "core/boot/parameters.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

using linux_platform::CheckResult;

constexpr const char* kShell = "/bin/sh";
// systemd does not check again what an initramfs has checked (systemd-fsck-root.service).
constexpr const char* kChecked = "/run/initramfs/fsck-root";

[[noreturn]] void restart() {
  sync();
  reboot(RB_AUTOBOOT);
  for (;;) pause();  // no such call in this kernel
}

CheckResult run_check(Machine& machine, const std::vector<std::string>& command) {
  const auto status = linux_platform::run_and_wait(command);
  if (!status) {
    machine.log.write(LogLevel::Warning, command[0] + ": " + in_words(status.error()));
    return CheckResult::Good;
  }
  const CheckResult result = linux_platform::result_of_check(*status);
  if (result == CheckResult::Good && *status != 0)
    machine.log.write(LogLevel::Warning, command[0] + " could not check " + command.back() +
                                             " (status " + std::to_string(*status) + "); going on");
  return result;
}

// Whether root may be written to.
bool check(Machine& machine, const MountedRoot& root, Text command_line) {
  const auto command = linux_platform::check_command(
      root.type, root.device, linux_platform::CheckOptions::from_command_line(command_line));
  if (command.empty()) return true;
  for (;;) {
    const CheckResult result = run_check(machine, command);
    if (result == CheckResult::Restart) {
      machine.log.write(LogLevel::Warning,
                        root.device + " was repaired; the machine restarts to read it anew");
      restart();
    }
    if (result != CheckResult::Broken) break;
    machine.log.write(
        LogLevel::Error,
        root.device + " has errors that its check does not repair; next: fsck " + root.device);
    restart_as_panic_asks(machine, command_line);
    if (!prompt(machine)) return false;
  }
  (void)mkdir("/run/initramfs", 0755);
  (void)linux_platform::make_file(kChecked, "");
  return true;
}

}  // namespace

void make_writable(Machine& machine, const MountedRoot& root,
                   const linux_platform::RootOptions& options, Text command_line) {
  if (!check(machine, root, command_line)) {
    machine.log.write(LogLevel::Error, root.device + " stays read-only");
    return;
  }
  const auto done = linux_platform::make_root_writable(options);
  if (!done)
    machine.log.write(LogLevel::Error, root.device + ": " + in_words(done.error()) +
                                           "; next: let the target write, or boot with ro");
}

bool wants_prompt(Text command_line) {
  return boot::command_line_value(command_line, "rd.break").has_value() ||
         boot::command_line_value(command_line, "break").has_value();
}

bool prompt(Machine& machine) {
  machine.log.write(
      LogLevel::Warning,
      "a shell of the root file system follows; the boot goes on when it ends (exit)");
  const auto status = linux_platform::run_and_wait({kShell, "-i"});
  if (!status)
    machine.log.write(LogLevel::Error, std::string{kShell} + ": " + in_words(status.error()));
  return status.ok();
}

void restart_as_panic_asks(Machine& machine, Text command_line) {
  const std::string panic{boot::command_line_value(command_line, "panic").value_or("0")};
  const long seconds = std::strtol(panic.c_str(), nullptr, 10);
  if (seconds == 0) return;
  const Millis wait = seconds > 0 ? static_cast<Millis>(seconds) * 1000 : 0;
  machine.log.write(LogLevel::Error, "not booted; restart as panic=" + panic + " asks");
  machine.clock.sleep_until(machine.clock.now() + wait);
  restart();
}

}  // namespace isboot::app
