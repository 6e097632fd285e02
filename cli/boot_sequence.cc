#include "cli/boot_sequence.h"

#include "cli/command.h"
#include "cli/failure.h"
#include "cli/keeper_client.h"
#include "cli/leave_network.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::cli {
namespace {

using linux_platform::FirmwareTable;

constexpr std::size_t kMaxCommandLine = 64U << 10;

void say(Log& log, LogLevel level, const std::string& line) { log.write(level, line); }

void log_findings(const ibft::Findings& findings, Log& log) {
  for (const ibft::Finding& finding : findings) {
    const LogLevel level = finding.severity == ibft::Severity::Error     ? LogLevel::Error
                           : finding.severity == ibft::Severity::Warning ? LogLevel::Warning
                                                                         : LogLevel::Detail;
    say(log, level,
        "iBFT " + std::string{to_text(finding.place()).view()} + ", offset " +
            std::to_string(finding.offset) + ", " + finding.field + ": " + finding.message);
  }
}

void log_table(const FirmwareTable& found, const ibft::Table& table, Log& log) {
  say(log, LogLevel::Info,
      "iBFT " + found.source + " by " + std::string{table.oem_id} + " " +
          std::string{table.oem_table_id} + ", " + std::to_string(table.nics.count) + " NIC, " +
          std::to_string(table.targets.count) + " target");
}

// The first path that comes up. Each gets its share of the time that is left, so that a
// dead one cannot use up all of it.
BootResult establish_first(Machine& machine, const ibft::Table& table, const boot::Plan& plan,
                           const boot::Parameters& parameters, Millis give_up) {
  const std::size_t paths = parameters.all_paths ? plan.count : 1;
  for (std::size_t i = 0; i < paths; ++i) {
    const Millis now = machine.clock.now();
    const Millis left = give_up > now ? give_up - now : 0;
    const auto established =
        boot::establish(plan[i], parameters, now + left / (paths - i), machine.ports);
    if (!established) continue;
    const auto kept = leave_to_keeper(*established);
    if (!kept)
      say(machine.log, LogLevel::Warning,
          "no keeper: " + in_words(kept.error()) +
              "; the disk works until its connection is lost; next: isboot keep");
    const auto told = leave_network(table, plan[i], established->link);
    if (!told)
      say(machine.log, LogLevel::Warning,
          in_words(told.error()) + "; a network manager may take the boot NIC away");
    return {kDone, std::string{established->disk.view()}};
  }
  say(machine.log, LogLevel::Error,
      "no iSCSI disk; next: mend what the lines above name (`isboot plan` shows what was tried)");
  return {kFailed, {}};
}

}  // namespace

std::string kernel_command_line() {
  auto line = linux_platform::read_file("/proc/cmdline", kMaxCommandLine);
  return line ? std::move(*line) : std::string{};
}

BootResult boot_from_table(Machine& machine, const boot::Parameters& parameters, Millis give_up) {
  if (parameters.off) {
    say(machine.log, LogLevel::Info, "turned off by isboot=off");
    return {kNothingToDo, {}};
  }
  const auto found = linux_platform::choose_table(parameters.table);
  if (!found && found.error().code == Errc::NotFound) {
    say(machine.log, LogLevel::Info, "no iBFT: this machine was not booted from iSCSI");
    return {kNothingToDo, {}};
  }
  if (!found) {
    say(machine.log, LogLevel::Error,
        "the iBFT " + std::string{parameters.table.view()} + ": " + in_words(found.error()) +
            "; next: check isboot.table=");
    return {kFailed, {}};
  }
  ibft::Table table;
  ibft::Findings findings;
  const auto decoded = linux_platform::decode(*found, table, findings);
  log_findings(findings, machine.log);
  boot::Plan plan;
  const auto planned = decoded ? boot::make_plan(table, parameters, plan) : decoded;
  if (!planned) {
    say(machine.log, LogLevel::Error,
        "iBFT " + found->source + ", offset " + std::to_string(planned.error().offset) + ": " +
            planned.error().text + "; next: `isboot ibft check` names each fault");
    return {kFailed, {}};
  }
  log_table(*found, table, machine.log);
  return establish_first(machine, table, plan, parameters, give_up);
}

}  // namespace isboot::cli
