#include "app/boot/table_paths.h"

#include "app/boot/leave_network.h"
#include "app/failure.h"
#include "app/keeper/keeper_client.h"
#include "app/timeline/timed_ports.h"
#include "core/iscsi/chap.h"
#include "core/iscsi/status.h"
#include "platform/linux/keeper/end_units.h"

namespace isboot::app {
namespace {

unsigned number_of(std::size_t path) { return static_cast<unsigned>(path) + 1; }

}  // namespace

bool is_of_secret(const Error& error) {
  return error.code == iscsi::RefusalErrc::AuthenticationFailed ||
         error.code == iscsi::ChapErrc::WrongResponse || error.code == iscsi::ChapErrc::SameSecret;
}

void TablePaths::set_limit(Millis give_up) {
  give_up_ = give_up;
  machine_.initiator.give_up_at(give_up);
}

std::string TablePaths::bring_up(std::size_t path, Log& log) {
  const unsigned number = number_of(path);
  linux_platform::LinuxNetwork linux_network{machine_.clock, log};
  TimedNetwork network{linux_network, recorder_, number};
  TimedStream stream{machine_.stream, recorder_, number};
  TimedInitiator initiator{machine_.initiator, stream, recorder_, number};
  boot::Ports ports{
      network,          initiator, stream,        machine_.clock,         machine_.hash,
      machine_.entropy, log,       machine_.room, machine_.ports.resolver};
  const auto established =
      boot::establish(plan_[path], parameters_, give_up_, ports, boot::Unanswered::Left);
  if (!established) {
    if (is_of_secret(established.error())) secret_refused_ = true;
    return {};
  }
  return std::string{machine_.room.made->disk.view()};
}

bool TablePaths::may_come_later(std::size_t) { return machine_.room.made.has_value(); }

void TablePaths::before_leaving(Log&) {
  // A keeper that cannot be had is told of by leave().
  if (auto keeper = hold_keeper()) keeper_ = std::move(*keeper);
}

void TablePaths::leave(std::size_t path, Log& log) {
  std::uint64_t begin = monotonic_microseconds();
  const boot::BootSession& made = *machine_.room.made;
  const auto kept = leave_to_keeper(made);
  begin = note(begin, path, Step::StartKeeper, kept ? Text{"ok"} : Text{kept.error().message});
  if (!kept)
    log.write(LogLevel::Warning,
              "no keeper: " + kept.error().message +
                  "; the disk works until its connection is lost; next: isboot keep");
  const auto units = linux_platform::write_run_files("/run", linux_platform::end_units());
  if (!units)
    log.write(LogLevel::Warning,
              in_words(units.error()) + "; a shutdown without the target may hang");
  if (!made.logged_in) log.write(LogLevel::Warning, "no answer in time: the keeper goes on trying");
  if (made.link == LinkId{}) return;  // the NIC was not found
  const auto told = leave_network(table_, plan_[path], made.link);
  note(begin, path, Step::LeaveNetwork, told ? Text{"ok"} : Text{told.error().text});
  if (!told)
    log.write(LogLevel::Warning,
              in_words(told.error()) + "; a network manager may take the boot NIC away");
}

void TablePaths::take_back(std::size_t, Log&) {
  machine_.initiator.destroy(machine_.room.made->session);
}

std::uint64_t TablePaths::note(std::uint64_t begin, std::size_t path, Step step, Text outcome) {
  const std::uint64_t end = monotonic_microseconds();
  recorder_.add(begin, end, number_of(path), step, outcome);
  return end;
}

}  // namespace isboot::app
