#include "cli/small/program.h"

#include <cstdio>

#include "app/keep/keeper_process.h"
#include "cli/report/report.h"
#include "cli/small/subcommands.h"

namespace isboot::cli::small {
namespace {

struct Subcommand {
  Text name;
  int (*run)(Words&);
};

constexpr Subcommand kSubcommands[] = {
    {"boot", boot}, {"ibft", ibft}, {"keep", keep}, {"status", status}};

constexpr const char* kHelp =
    "isboot " ISBOOT_VERSION
    ", the program of an initramfs: boots a machine from an iSCSI disk.\n"
    "  isboot boot [--wanted] [--PARAMETER VALUE]...\n"
    "  isboot keep [--replace | --shutdown [--limit SECONDS] [--then poweroff|reboot|halt|kexec]]\n"
    "  isboot status\n"
    "  isboot ibft show\n"
    "Options and exit status are those of the installed program, /usr/sbin/isboot, which has\n"
    "plan, check, attach and all others, too, and manual pages: isboot(1).\n";

}  // namespace

int run_program(int argc, char** argv) {
  if (argc > 0 && is_keeper(argv[0])) return run_keeper(argc, argv);
  if (argc > 1) {
    const Text first{argv[1]};
    Words words{{argv + 2, static_cast<std::size_t>(argc - 2)}};
    for (const Subcommand& subcommand : kSubcommands)
      if (subcommand.name == first) {
        const int status = subcommand.run(words);
        // A boot has its disk, whoever hears of it.
        return subcommand.run == boot ? status : after_printing(status);
      }
    if (first == "--help" || first == "--version") {
      std::fputs(first == "--help" ? kHelp : ISBOOT_VERSION "\n", stdout);
      return after_printing(kDone);
    }
    return complain("the program of an initramfs does not know", first);
  }
  std::fputs(kHelp, stderr);
  return kUsage;
}

}  // namespace isboot::cli::small
