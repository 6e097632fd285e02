#include "app/boot/boot_sequence.h"

#include <algorithm>

#include "app/boot/needed_modules.h"
#include "app/boot/path_order.h"
#include "app/boot/table_paths.h"
#include "app/exit_status.h"
#include "app/failure.h"
#include "app/tableless/boot_table.h"
#include "app/tableless/lease.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/secret_pages.h"

namespace isboot::app {
namespace {

using linux_platform::FirmwareTable;
using linux_platform::InSecretPages;

constexpr std::size_t kMaxCommandLine = 64U << 10;
constexpr int kMostAnswers = 3;  // of somebody who types a secret

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

void log_left_out(const boot::LeftOuts& left_out, Log& log) {
  for (const boot::LeftOut& target : left_out)
    say(log, target.wanted ? LogLevel::Warning : LogLevel::Detail,
        "target" + std::to_string(target.target_index) + " is left out: " + target.reason);
}

void log_table(const FirmwareTable& found, const ibft::Table& table, Log& log) {
  const std::string from = is_made_up(found)
                               ? "no iBFT, boot by the " + found.source
                               : "iBFT " + found.source + " by " + std::string{table.oem_id} + " " +
                                     std::string{table.oem_table_id};
  const auto counted = [](std::size_t number, const char* what) {
    return std::to_string(number) + what + (number == 1 ? "" : "s");
  };
  say(log, LogLevel::Info,
      from + ", " + counted(table.nics.count, " NIC") + ", " +
          counted(table.targets.count, " target"));
}

Result<FirmwareTable> find_table(boot::Parameters& parameters, Log& log, const Patience* patience) {
  if (parameters.table.empty()) load_table_module(log);
  return find_boot_table(parameters, log, patience);
}

bool has_vlan(const boot::Path& path) { return path.link.vlan != 0; }

// One boot, with what is typed in for it.
class Attempt {
public:
  Attempt(Machine& machine, const boot::Parameters& parameters, Millis give_up,
          const BootPaths& paths)
      : machine_{machine}, parameters_{parameters}, give_up_{give_up}, paths_{paths} {}

  BootResult run();
  // What somebody has typed in was refused, or is no secret.
  bool needs_another_secret() const { return was_asked_ && secret_is_wrong_; }

private:
  Result<FirmwareTable> find();
  BootResult boot(const FirmwareTable& found);
  std::string bring_up(const ibft::Table& table, const boot::Plan& plan,
                       const TimelineRecorder& recorder);
  BootResult fail(const Failure& failure) {
    say(machine_.log, LogLevel::Error, in_one_line(failure));
    return {kFailed, {}};
  }

  Machine& machine_;
  boot::Parameters parameters_;
  Millis give_up_;
  const BootPaths& paths_;
  const std::uint64_t begin_ = monotonic_microseconds();
  bool was_asked_ = false;
  bool secret_is_wrong_ = false;
};

// What has to be waited for leaves the login half of the time. Somebody who types in a secret takes
// nothing from it.
Result<FirmwareTable> Attempt::find() {
  Millis asked = 0;
  const Patience patience{
      machine_.clock, (machine_.clock.now() + give_up_) / 2,
      [&](const std::string& question, linux_platform::Echo echo, MutableBytes answer) {
        was_asked_ = true;
        const Millis from = machine_.clock.now();
        auto answered = linux_platform::ask(question, echo, answer);
        asked += machine_.clock.now() - from;
        return answered;
      }};
  auto found = find_table(parameters_, machine_.log, &patience);
  give_up_ += asked;
  return found;
}

BootResult Attempt::run() {
  const auto found = find();
  if (!found && found.error().code == Errc::NotFound) {
    say(machine_.log, LogLevel::Info, "no iBFT: this machine was not booted from iSCSI");
    return {kNothingToDo, {}};
  }
  if (found) return boot(*found);
  if (!was_asked_) return fail(table_failure(parameters_, found.error()));
  secret_is_wrong_ = true;  // nothing else is left that can be
  say(machine_.log, LogLevel::Warning, in_words(found.error()));
  return {kFailed, {}};
}

BootResult Attempt::boot(const FirmwareTable& found) {
  ibft::Table table;
  ibft::Findings findings;
  const auto decoded = linux_platform::decode(found, table, findings);
  log_findings(findings, machine_.log);
  boot::Plan plan;
  boot::LeftOuts left_out;
  const auto planned = decoded ? boot::make_plan(table, parameters_, plan, &left_out) : decoded;
  if (!planned) return fail(plan_failure(found, table, parameters_, planned.error()));
  log_table(found, table, machine_.log);
  log_left_out(left_out, machine_.log);
  load_boot_modules(std::any_of(plan.begin(), plan.end(), has_vlan), machine_.log, paths_.modules);
  // Not before there is something to boot from: other machines notice nothing.
  const TimelineRecorder recorder = TimelineRecorder::open(paths_.timeline);
  recorder.add(begin_, monotonic_microseconds(), 0, Step::Plan);
  std::string disk = bring_up(table, plan, recorder);
  if (!disk.empty()) return {kDone, std::move(disk), give_up_};
  if (needs_another_secret()) return {kFailed, {}};
  return fail(
      {"no iSCSI disk", "mend what the lines above name (`isboot plan` shows what was tried)"});
}

std::string Attempt::bring_up(const ibft::Table& table, const boot::Plan& plan,
                              const TimelineRecorder& recorder) {
  const auto shared = InSecretPages<SecretRefused>::make_shared();
  SecretRefused alone = false;  // without it a path in a process of its own is not heard
  SecretRefused& refused = shared ? **shared : alone;
  TablePaths paths{machine_, table, plan, parameters_, recorder, refused};
  std::string disk = first_disk(paths, plan, parameters_.all_paths ? plan.count : 1, give_up_,
                                machine_.clock, machine_.log);
  secret_is_wrong_ = refused;
  return disk;
}

}  // namespace

std::string kernel_command_line(const std::string& path) {
  auto line = linux_platform::read_file(path, kMaxCommandLine);
  return line ? std::move(*line) : std::string{};
}

int is_boot_wanted(const boot::Parameters& given, Log& log) {
  if (given.off) return kNothingToDo;
  boot::Parameters parameters = given;
  const auto found = find_table(parameters, log, nullptr);
  return !found && found.error().code == Errc::NotFound ? kNothingToDo : kDone;
}

BootResult boot_from_table(Machine& machine, const boot::Parameters& given, Millis give_up,
                           const BootPaths& paths) {
  if (given.off) {
    say(machine.log, LogLevel::Info, "turned off by isboot=off");
    return {kNothingToDo, {}};
  }
  const Millis whole = give_up - std::min(give_up, machine.clock.now());
  boot::Parameters parameters = given;
  if (parameters.table.empty()) load_table_module(machine.log);
  get_leases(machine.clock, machine.log, parameters, give_up);
  for (int left = kMostAnswers - 1;; --left) {
    Attempt attempt{machine, parameters, give_up, paths};
    const BootResult result = attempt.run();
    if (result.status != kFailed || !attempt.needs_another_secret()) return result;
    if (left == 0) {
      say(machine.log, LogLevel::Error,
          "no iSCSI disk; next: put the right secret into /etc/isboot/credentials, or boot again");
      return result;
    }
    say(machine.log, LogLevel::Warning, "what was typed in does not do: asked for again");
    give_up = machine.clock.now() + whole;
  }
}

}  // namespace isboot::app
