#include <memory>

#include "app/boot/boot_sequence.h"
#include "app/boot/plan_page.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"
#include "cli/report/print_json.h"
#include "core/boot/plan_fault.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

Outcome<int> show_plan(const ParameterOptions& options, bool as_json) {
  linux_platform::StderrLog log;
  boot::Parameters parameters = read_parameters(kernel_command_line(), options, log);
  const auto planned = ISBOOT_TRY(plan_boot(parameters, log));
  if (!planned) return report_nothing_to_do("no iBFT: `isboot boot` would do nothing");
  const Json json = plan_json(*planned, parameters);
  if (as_json)
    print_json(json, 1);
  else
    print(plan_page(json));
  const auto fault = boot::set_up_fault(planned->plan, tried_paths(planned->plan, parameters));
  if (fault.empty()) return int{kDone};
  return Failure{planned->found.source + ": " + std::string{fault.view()},
                 "`isboot ibft check` names each fault of the table"};
}

}  // namespace

void add_plan(Command& program) {
  Command plan = program.subcommand("plan", "What `boot` would do, and why; touches nothing");
  const auto options = std::make_shared<ParameterOptions>();
  const auto as_json = std::make_shared<bool>(false);
  add_parameter_options(plan, *options);
  plan.flag("--json", *as_json, "print JSON");
  plan.runs([options, as_json] { return status_of(show_plan(*options, *as_json)); });
}

}  // namespace isboot::cli
