#include <cstdio>
#include <ctime>
#include <memory>

#include "app/keeper/status.h"
#include "app/keeper/status_line.h"
#include "app/keeper/status_unit.h"
#include "cli/command.h"
#include "cli/report/print_json.h"
#include "platform/linux/keeper/state_file.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/service_manager.h"

namespace isboot::cli {
namespace {

using linux_platform::ControlRequest;

constexpr Millis kWatchEvery = 2'000;

struct StatusOptions {
  bool json = false;
  bool prometheus = false;
  bool watch = false;
  bool line = false;
  bool unit = false;
};

Result<KeeperAnswer> ask_for_status() {
  return ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
}

int show_line(const Json& status) {
  const StatusLine line = status_line(status);
  print("isboot: " + line.text + "\n");
  if (status["sessions"].empty()) return kNothingToDo;
  return line.all_carried ? kDone : kFailed;
}

int show_once(const StatusOptions& options) {
  const auto answer = ask_for_status();
  if (!answer) {
    const int failed = report(keeper_failure(answer.error()));
    return is_no_keeper(answer.error()) ? int{kNothingToDo} : failed;
  }
  auto status = read_status(*answer);
  if (!status) return report(status.error());
  if (options.line) return show_line(*status);
  add_what_the_kernel_knows(*status, linux_platform::Sysfs{});
  if (options.json)
    print_json(*status, 2);
  else
    print(options.prometheus ? status_metrics(*status) : status_page(*status, std::time(nullptr)));
  return kDone;
}

// The unit's first lines in the journal are the whole status, then what the keeper tells.
int show_in_unit() {
  const auto watch = KeeperWatch::open(linux_platform::kStateFolder);
  if (!watch) return report({in_words(watch.error()), "isboot attach, or boot by isboot"});
  (void)show_once({});
  std::fflush(stdout);
  std::string shown;
  do {
    const std::string status = unit_status(ask_for_status(), std::time(nullptr));
    if (status != shown) linux_platform::tell_service_manager("READY=1\nSTATUS=" + status);
    shown = status;
  } while (watch->wait());
  print("isboot: not shown any more; the sessions go on, the keeper is no part of this unit\n");
  return kDone;
}

int show(const StatusOptions& options) {
  if (options.unit) return show_in_unit();
  linux_platform::LinuxClock clock;
  int result = show_once(options);
  // With --line a loss is an answer, too.
  while (options.watch && (result == kDone || (options.line && result == kFailed))) {
    std::fflush(stdout);
    clock.sleep_until(clock.now() + kWatchEvery);
    result = show_once(options);
  }
  return result;
}

}  // namespace

void add_status(Command& program) {
  Command command =
      program.subcommand("status", "What the keeper knows of its sessions, and of their losses");
  const auto options = std::make_shared<StatusOptions>();
  Option json = command.flag("--json", options->json, "Print JSON");
  Option prometheus = command
                          .flag("--prometheus", options->prometheus,
                                "Print metrics for the node exporter's textfile collector")
                          .excludes(json);
  Option line =
      command
          .flag("--line", options->line,
                "Print one line, for a login banner; the exit status is that of the sessions")
          .excludes(json)
          .excludes(prometheus);
  command
      .flag("--unit", options->unit,
            "Show the sessions as the status of a systemd unit, until ended (isboot.service)")
      .excludes(json)
      .excludes(prometheus)
      .excludes(line);
  command.flag("--watch", options->watch, "Print again every two seconds");
  command.footer(
      "Exit status: 0 done, 1 failed, 2 usage, 3 no keeper runs. With --line: 0 all sessions are "
      "carried, 1 one is lost, 3 there is none.");
  command.runs([options] { return show(*options); });
}

}  // namespace isboot::cli
