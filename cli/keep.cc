#include <fcntl.h>
#include <linux/reboot.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "app/boot/boot_sequence.h"
#include "app/iscsid/hand_over.h"
#include "app/keeper/flush_disks.h"
#include "app/keeper/keeper_client.h"
#include "app/keeper/saved_sessions.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"
#include "platform/linux/keeper/guard.h"
#include "platform/linux/keeper/independence.h"
#include "platform/linux/keeper/keeper.h"
#include "platform/linux/keeper/start_anew.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/stderr_log.h"
#include "platform/linux/system_error.h"

namespace isboot::cli {
namespace {

using linux_platform::ControlRequest;
using linux_platform::MachineEnd;

struct KeepOptions {
  bool shutdown = false;
  bool replace = false;
  std::string limit;  // seconds
  std::string then;
  std::string hand_over_to;
  std::optional<std::uint32_t> adopt;  // a session
  std::string credentials;
};

// What a keeper left that is gone, and its guard with it. False: nothing.
bool remember_saved(linux_platform::Keeper& keeper, const boot::Parameters& parameters, Log& log) {
  const auto records = linux_platform::InSecretPages<linux_platform::SessionRecords>::make();
  if (!records || !load_saved_sessions(parameters, log, **records)) return false;
  for (const linux_platform::SessionRecord& record : **records) (void)keeper.remember(record);
  return !(*records)->empty();
}

// Returns when the kernel refuses.
void end_machine(MachineEnd then) {
  switch (then) {
    case MachineEnd::Stay:
      break;
    case MachineEnd::PowerOff:
      reboot(RB_POWER_OFF);
      break;
    case MachineEnd::Reboot:
      reboot(RB_AUTOBOOT);
      break;
    case MachineEnd::Halt:
      reboot(RB_HALT_SYSTEM);
      break;
    case MachineEnd::Kexec:
      reboot(RB_KEXEC);
      reboot(RB_AUTOBOOT);  // no kernel was loaded
      break;
  }
}

// The name is what systemd goes by, and only a new program gets a new one.
int start_keeper() {
  if (linux_platform::connect_to_keeper(linux_platform::kControlPath)) {
    std::fprintf(stderr, "isboot: a keeper runs already\nisboot: next: isboot status\n");
    return kFailed;
  }
  linux_platform::close_from(STDERR_FILENO + 1);
  const char* const arguments[] = {linux_platform::kKeeperName, "keep", nullptr};
  linux_platform::start_anew(arguments);
  std::perror("isboot: the keeper cannot be started");
  return kFailed;
}

const std::map<std::string, MachineEnd> kThen = {{"", MachineEnd::Stay},
                                                 {"poweroff", MachineEnd::PowerOff},
                                                 {"reboot", MachineEnd::Reboot},
                                                 {"halt", MachineEnd::Halt},
                                                 {"kexec", MachineEnd::Kexec}};

// All of it waits for the disk, which may never come back: a child does it, with a limit.
// `machine_ends`: the disks are not taken away, so nobody flushes their caches after this.
void write_back(bool machine_ends, std::uint32_t limit) {
  const pid_t child = fork();
  if (child == 0) {
    sync();
    if (machine_ends) {
      if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
        std::perror("isboot: the root file system stays writable");
      (void)flush_disks();
    }
    _exit(0);
  }
  linux_platform::LinuxClock clock;
  const Millis deadline = clock.now() + limit * Millis{1000};
  while (child > 0 && waitpid(child, nullptr, WNOHANG) == 0) {
    if (clock.now() >= deadline) {
      std::fprintf(stderr, "isboot: the disk takes no writes; what was not written is lost\n");
      return;
    }
    clock.sleep_until(clock.now() + 20);
  }
}

int shut_down(const KeepOptions& options) {
  linux_platform::StderrLog log;
  ParameterOptions given;
  if (!options.limit.empty()) given["shutdown"] = options.limit;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), given, log);
  const MachineEnd then = kThen.at(options.then);
  write_back(then != MachineEnd::Stay, parameters.shutdown);
  const auto answer = ask_keeper(
      {.kind = ControlRequest::Kind::End, .limit = parameters.shutdown, .then = then}, -1);
  if (answer && answer->done) return kDone;
  const std::string reason = answer ? answer->text : answer.error().text;
  std::fprintf(stderr, "isboot: %s\nisboot: next: end the machine without it\n", reason.c_str());
  return kFailed;
}

int replace() {
  const auto answer = replace_keeper();
  const std::string said = answer ? answer->text : answer.error().text;
  if (answer && answer->done) {
    std::printf("isboot: %s\n", said.c_str());
    return kDone;
  }
  std::fprintf(stderr,
               "isboot: %s; the keeper that runs goes on\n"
               "isboot: next: the same again, or leave it until the next boot\n",
               said.c_str());
  return kFailed;
}

int keep(const KeepOptions& options) {
  if (options.replace) return replace();
  if (options.shutdown) return shut_down(options);
  if (!options.hand_over_to.empty()) return hand_over_to_iscsid();
  if (options.adopt) return adopt(*options.adopt, options.credentials);
  return start_keeper();
}

int failed(Log& log, const Error& error) {
  log.write(LogLevel::Error, "keeper: " + std::string{error.text} + ": " +
                                 std::string{system_error_text(error.code)});
  return kFailed;
}

// What the keeper's process declares when the machine is to end; the MachineEnd is added.
constexpr int kEndsTheMachine = 8;
constexpr std::uint32_t kOtherDisks = 10;  // seconds for what they have not written yet

class KeeperProcess final : public linux_platform::GuardedWork {
public:
  KeeperProcess(linux_platform::Keeper& keeper, Log& log) : keeper_{keeper}, log_{log} {}

  // For the first process alone. `client`: who has started us, and may have a session for us.
  enum : std::size_t { kClient, kOutcome, kPredecessor };
  std::array<linux_platform::UniqueFd, 3> for_the_first;

  std::optional<int> run(bool first) override {
    if (!first && keeper_.is_replaced()) return kDone;
    const bool has_client = static_cast<bool>(for_the_first[kClient]);
    if (const auto begun = begin(); !begun) return not_begun(begun.error());
    tell_outcome(true, "the keeper of this program has the sessions");
    for_the_first[kPredecessor].reset();  // it looks who has them, and ends
    if (const auto adopted = keeper_.adopt(); !adopted) return again(adopted.error());
    if (!has_client && keeper_.kept() == 0) return kNothingToDo;
    const MachineEnd then = keeper_.run();
    if (then == MachineEnd::Stay) return kDone;
    // The guard can write back what other disks have, with a limit. Without it nobody can.
    if (getppid() == guard_) return kEndsTheMachine + static_cast<int>(then);
    sync();
    end_machine(then);
    return kDone;
  }

  void tell_outcome(bool done, Text text) {
    if (for_the_first[kOutcome]) linux_platform::answer(for_the_first[kOutcome].get(), done, text);
    for_the_first[kOutcome].reset();
  }

private:
  // All that can fail comes before the sessions are ours.
  Result<Done> begin() {
    keeper_.serve(std::move(for_the_first[kClient]));
    ISBOOT_TRY(keeper_.prepare());
    ISBOOT_TRY(linux_platform::become_independent(log_));
    if (!keeper_.claim())
      return Error{Errc::TimedOut, 0, "the keeper that runs has taken its offer back"};
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
  Log& log_;
  const pid_t guard_ = getpid();
};

}  // namespace

namespace {

// Whether there is something to do.
int open_keeper(KeeperProcess& process, linux_platform::Keeper& keeper,
                const boot::Parameters& parameters, Log& log) {
  const int predecessor = process.for_the_first[KeeperProcess::kPredecessor].get();
  InlineText<127> refusal;
  const auto opened = predecessor < 0 ? keeper.open() : keeper.take_over(predecessor, refusal);
  if (!opened) {
    process.tell_outcome(false, refusal.empty() ? Text{opened.error().text} : refusal.view());
    return failed(log, opened.error());
  }
  if (predecessor >= 0 || remember_saved(keeper, parameters, log) ||
      process.for_the_first[KeeperProcess::kClient])
    return kDone;
  process.tell_outcome(true, "no keeper runs, and there is no session to keep");
  std::fprintf(stderr, "isboot: no session to keep\n");
  return kNothingToDo;
}

}  // namespace

bool is_keeper(std::string_view name) { return name == linux_platform::kKeeperName; }

int run_keeper(int argc, char** argv) {
  linux_platform::give_back_exception_memory();
  // All in static memory: what is locked is then known before anything runs.
  static linux_platform::LinuxClock clock;
  static linux_platform::KernelLog log{clock, 1};
  static linux_platform::LinuxHash hash;
  static linux_platform::LinuxEntropy entropy;
  static linux_platform::LinuxInitiator initiator{clock};
  static linux_platform::NicMender nics{clock, log};
  static linux_platform::IscsiEvents notices;
  static linux_platform::Keeper keeper{{clock, log, hash, entropy, initiator, nics}, notices};
  KeeperProcess process{keeper, log};
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
  (void)!chdir(linux_platform::kStateFolder);
  log.never_wait();
  linux_platform::stand_apart(log);
  const int status = linux_platform::guard(process, handed, clock, log);
  if (status < kEndsTheMachine) return status;
  write_back(false, kOtherDisks);
  end_machine(static_cast<MachineEnd>(status - kEndsTheMachine));
  return kFailed;
}

void add_keep(Command& program) {
  Command command = program.subcommand(
      "keep", "Stay, and bring every session back that is lost; boot, init and attach start it");
  const auto options = std::make_shared<KeepOptions>();
  Option shutdown = command.flag(
      "--shutdown", options->shutdown,
      "End: write back, take the disks away, log out. Run it from memory, or with --then");
  command
      .option("--limit", options->limit,
              "Seconds that --shutdown waits for a target that is away (isboot.shutdown=)")
      .needs(shutdown)
      .between(1, 3600);
  command.option("--then", options->then, "After --shutdown: poweroff, reboot, halt or kexec")
      .needs(shutdown)
      .one_of({"poweroff", "reboot", "halt", "kexec"});
  Option replace =
      command
          .flag("--replace", options->replace,
                "Have the keeper of this program take over from the one that runs, if one does")
          .excludes(shutdown);
  Option hand_over = command
                         .option("--hand-over-to", options->hand_over_to,
                                 "Leave all sessions to another daemon, and end the keeper")
                         .one_of({"iscsid"})
                         .excludes(replace)
                         .excludes(shutdown);
  Option adopt =
      command.option("--adopt", options->adopt, "Keep session number SID, which iscsid made")
          .value_name("SID")
          .excludes(shutdown)
          .excludes(replace)
          .excludes(hand_over);
  command
      .option("--credentials", options->credentials,
              "File with the CHAP name and secret of the session (isboot-attach(1))")
      .needs(adopt);
  command.runs([options] { return keep(*options); });
}

}  // namespace isboot::cli
