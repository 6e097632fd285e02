#include <memory>

#include "app/boot/boot_sequence.h"
#include "app/check/boot_check.h"
#include "cli/options/target_options.h"
#include "cli/report/print_json.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

// A boot needs one disk: what the other paths lack is told, and is no failure.
int tell(const std::vector<CheckedDisk>& all, bool as_json) {
  if (as_json) {
    Json rows = Json::list();
    for (const CheckedDisk& checked : all) rows.push_back(checked_json(checked));
    print_json(Json::object({{"targets", rows}}), 2);
  }
  int status = kFailed;
  for (const CheckedDisk& checked : all) {
    if (!as_json) print(checked_lines(checked));
    if (checked.failure)
      (void)report(failure_of(checked));
    else
      status = kDone;
  }
  return status;
}

Outcome<int> check(const std::string& url, const TargetOptions& options) {
  linux_platform::StderrLog log;
  const std::string kernel = url.empty() ? kernel_command_line() : std::string{};
  const boot::Parameters parameters = read_parameters(kernel, options.parameters, log);
  if (!url.empty())
    return tell({ISBOOT_TRY(check_url(url, options.credentials_file, parameters))}, options.json);
  const auto checked = ISBOOT_TRY(check_table(parameters, log));
  if (!checked) return report_nothing_to_do("no iBFT: nothing would be booted from iSCSI");
  return tell(*checked, options.json);
}

}  // namespace

void add_check(Command& program) {
  Command command = program.subcommand(
      "check",
      "Prove that a boot would work: log in, look at the disk; touches neither NICs nor the "
      "kernel's initiator");
  command.footer(
      "Without URL: all targets that the iBFT and the parameters name.\n"
      "Exit status: 0 a boot has its disk, 1 it has none, 2 usage, 3 no iBFT.");
  const auto options = std::make_shared<TargetOptions>();
  const auto url = std::make_shared<std::string>();
  command.option("URL", *url, "iscsi:ADDRESS::PORT:LUN:TARGET (RFC 4173)");
  add_target_options(command, *options);
  command.runs([=] { return status_of(check(*url, *options)); });
}

}  // namespace isboot::cli
