#include "app/keep/keeper_process.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "app/boot/boot_sequence.h"
#include "app/boot/parameter_sources.h"
#include "app/exit_status.h"
#include "app/keep/machine_end.h"
#include "app/keeper/saved_sessions.h"
#include "platform/linux/keeper/guard.h"
#include "platform/linux/keeper/independence.h"
#include "platform/linux/keeper/keeper.h"
#include "platform/linux/keeper/spared.h"
#include "platform/linux/system_error.h"

namespace isboot::app {
namespace {

// What a keeper left that is gone, and its guard with it. False: nothing.
bool remember_saved(linux_platform::Keeper& keeper, const boot::Parameters& parameters, Log& log) {
  const auto records = linux_platform::InSecretPages<linux_platform::SessionRecords>::make();
  if (!records || !load_saved_sessions(parameters, log, **records)) return false;
  for (const linux_platform::SessionRecord& record : **records) (void)keeper.remember(record);
  return !(*records)->empty();
}

// Without memory of the heap: behind the filter there may be no more of it.
int failed(Log& log, const Error& error) {
  std::array<char, 256> line{};
  TextWriter out{line};
  out << "keeper: " << error.text << ": " << system_error_text(error.code);
  log.write(LogLevel::Error, out.text());
  return kFailed;
}

// What the keeper's process declares when the machine is to end; the MachineEnd is added.
constexpr int kEndsTheMachine = 8;
constexpr std::uint32_t kOtherDisks = 10;  // seconds for what they have not written yet

class KeeperProcess final : public linux_platform::GuardedWork {
public:
  KeeperProcess(linux_platform::Keeper& keeper, const linux_platform::ErrandProcess& errands,
                Log& log)
      : keeper_{keeper}, errands_{errands}, log_{log} {}

  // For the first process alone. `client`: who has started us, and may have a session for us.
  enum : std::size_t { kClient, kOutcome, kPredecessor };
  std::array<linux_platform::UniqueFd, 3> for_the_first;

  std::optional<int> run(const Start& start) override {
    if (!start.first && keeper_.is_replaced()) return kDone;
    const bool has_client = static_cast<bool>(for_the_first[kClient]);
    if (const auto begun = begin(start.guard); !begun) return not_begun(begun.error());
    tell_outcome(true, "the keeper of this program has the sessions");
    for_the_first[kPredecessor].reset();  // it looks who has them, and ends
    if (const auto adopted = keeper_.adopt(); !adopted) return again(adopted.error());
    if (!has_client && !keeper_.has_work()) return kNothingToDo;
    const MachineEnd then = keeper_.run();
    if (keeper_.cannot_go_on())
      return again(Error{Errc::Closed, 0, "the process for its errands is gone"});
    if (then == MachineEnd::Stay) return kDone;
    // The guard can write back what other disks have, with a limit. Without one nobody can.
    if (start.is_guarded()) return kEndsTheMachine + static_cast<int>(then);
    sync();
    end_machine(then);
    return kDone;
  }

  void heir_is(pid_t heir) override { linux_platform::spare_heir(first_guard_, heir); }

  void take_the_place_of(pid_t guard) override {
    linux_platform::become_guard(log_);
    linux_platform::spare_in_place_of(guard, getpid());
  }

  void finish(int status) override {
    if (status >= kEndsTheMachine) {
      write_back(false, kOtherDisks);
      end_machine(static_cast<MachineEnd>(status - kEndsTheMachine));
    }
    linux_platform::spare_no_more(getpid());
    linux_platform::spare_heir_no_more(first_guard_);
  }

  void tell_outcome(bool done, Text text) {
    if (for_the_first[kOutcome]) linux_platform::answer(for_the_first[kOutcome].get(), done, text);
    for_the_first[kOutcome].reset();
  }

private:
  // All that can fail comes before the sessions are ours.
  Result<Done> begin(pid_t guard) {
    keeper_.serve(std::move(for_the_first[kClient]));
    ISBOOT_TRY(keeper_.prepare());
    // Afterwards it may not ask for its own number.
    const pid_t ours[] = {guard, getpid(), errands_.process()};
    ISBOOT_TRY(linux_platform::become_independent(log_));
    if (!keeper_.claim())
      return Error{Errc::TimedOut, 0, "the keeper that runs has taken its offer back"};
    linux_platform::spare(ours);
    return Done{};
  }

  std::optional<int> not_begun(const Error& error) {
    if (keeper_.is_ours()) return again(error);
    tell_outcome(false, error.text);
    return failed(log_, error);
  }

  std::optional<int> again(const Error& error) {
    (void)failed(log_, error);
    return std::nullopt;
  }

  linux_platform::Keeper& keeper_;
  const linux_platform::ErrandProcess& errands_;
  Log& log_;
  const pid_t first_guard_ = getpid();
};

int nothing_to_keep(KeeperProcess& process) {
  process.tell_outcome(true, "no keeper runs, and there is no session to keep");
  std::fprintf(stderr, "isboot: no session to keep\n");
  return kNothingToDo;
}

// Whether there is something to do.
int open_keeper(KeeperProcess& process, linux_platform::Keeper& keeper,
                const boot::Parameters& parameters, Log& log) {
  const int predecessor = process.for_the_first[KeeperProcess::kPredecessor].get();
  const bool has_client = static_cast<bool>(process.for_the_first[KeeperProcess::kClient]);
  // A machine that never had a session may lack all that a keeper opens, and stays as it is.
  if (predecessor < 0 && !has_client && access(linux_platform::kSavedSessions, F_OK) != 0)
    return nothing_to_keep(process);
  InlineText<127> refusal;
  const auto opened = predecessor < 0 ? keeper.open() : keeper.take_over(predecessor, refusal);
  if (!opened) {
    process.tell_outcome(false, refusal.empty() ? Text{opened.error().text} : refusal.view());
    return failed(log, opened.error());
  }
  if (predecessor >= 0 || remember_saved(keeper, parameters, log) || has_client) return kDone;
  return nothing_to_keep(process);
}

}  // namespace

bool is_keeper(Text name) { return name == linux_platform::kKeeperName; }

int run_keeper(int argc, char** argv) {
  linux_platform::give_back_exception_memory();
  // All in static memory: what is locked is then known before anything runs.
  static linux_platform::LinuxClock clock;
  static linux_platform::KernelLog log{clock, 1};
  static linux_platform::LinuxHash hash;
  static linux_platform::LinuxEntropy entropy;
  static linux_platform::LinuxInitiator initiator{clock};
  static linux_platform::NicMender nics{clock, log};
  static linux_platform::SystemdJournal journal;
  static linux_platform::ErrandProcess errands;
  static linux_platform::DmMultipath multipath;
  static linux_platform::IscsiEvents notices;
  static linux_platform::Keeper keeper{
      {clock, log, hash, entropy, initiator, nics, journal, errands, multipath}, notices};
  KeeperProcess process{keeper, errands, log};
  auto& handed = process.for_the_first;
  const bool replaces = argc > 3 && Text{argv[3]} == linux_platform::kReplaces;
  if (argc > 2)
    handed[replaces ? KeeperProcess::kOutcome : KeeperProcess::kClient].reset(
        static_cast<int>(std::strtol(argv[2], nullptr, 10)));
  if (replaces) {
    auto runs = linux_platform::connect_to_keeper(linux_platform::kControlPath);
    if (runs) handed[KeeperProcess::kPredecessor] = std::move(*runs);
  }
  const auto parameters = read_parameters(kernel_command_line(), {}, log);
  keeper.set_end_limit(parameters.shutdown);
  if (const auto had = open_keeper(process, keeper, parameters, log); had != kDone) return had;
  // No folder of the root file system stays in use by us.
  if (chdir(linux_platform::kStateFolder) == 0) linux_platform::make_spared_folder();
  log.never_wait();
  linux_platform::stand_apart(log);
  const int status = linux_platform::guard(process, handed, clock, log);
  return status < kEndsTheMachine ? status : int{kFailed};  // it would have ended with the machine
}

}  // namespace isboot::app
