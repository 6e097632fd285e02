#include <memory>

#include "app/iscsid/hand_over.h"
#include "app/keep/keep.h"
#include "cli/command.h"
#include "cli/report/report.h"

namespace isboot::cli {
namespace {

struct KeepOptions {
  bool shutdown = false;
  bool replace = false;
  std::string limit;  // seconds
  std::string then;
  std::string hand_over_to;
  std::optional<std::uint32_t> adopt;  // a session
  std::string credentials;
};

Outcome<int> keep(const KeepOptions& options) {
  if (options.replace) {
    print("isboot: " + ISBOOT_TRY(app::replace()) + "\n");
  } else if (options.shutdown) {
    // one_of() has seen that it is known.
    ISBOOT_TRY(shut_down(options.limit, *machine_end(options.then)));
  } else if (!options.hand_over_to.empty()) {
    print(ISBOOT_TRY(hand_over_to_iscsid()) + "\n");
  } else if (options.adopt) {
    ISBOOT_TRY(adopt(*options.adopt, options.credentials));
  } else {
    return start_keeper();
  }
  return int{kDone};
}

}  // namespace

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
  command.runs([options] { return status_of(keep(*options)); });
}

}  // namespace isboot::cli
