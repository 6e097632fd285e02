#include <string_view>

#include "app/boot/boot_machine.h"
#include "app/init/init.h"
#include "app/keep/keeper_process.h"
#include "cli/command.h"
#include "cli/report/report.h"

namespace {

struct Subcommand {
  std::string_view name;
  void (*add)(isboot::cli::Command&);
};

constexpr Subcommand kSubcommands[] = {
    {"attach", isboot::cli::add_attach},     {"boot", isboot::cli::add_boot},
    {"check", isboot::cli::add_check},       {"detach", isboot::cli::add_detach},
    {"discover", isboot::cli::add_discover}, {"export", isboot::cli::add_export},
    {"init", isboot::cli::add_init},         {"initramfs", isboot::cli::add_initramfs},
    {"keep", isboot::cli::add_keep},         {"plan", isboot::cli::add_plan},
    {"status", isboot::cli::add_status},     {"timeline", isboot::cli::add_timeline},
    {"ibft", isboot::cli::add_ibft},
};

// The options of all subcommands take longer to make than most of them run: the one that is
// named is made alone. Help and mistakes see all of them.
void add_subcommands(isboot::cli::Command& program, std::string_view first_word) {
  for (const Subcommand& subcommand : kSubcommands)
    if (subcommand.name == first_word) return subcommand.add(program);
  for (const Subcommand& subcommand : kSubcommands) subcommand.add(program);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace isboot::cli;
  if (argc > 0 && is_init(argv[0])) return init(argv);
  // All of its memory will be locked: it starts without the options' objects.
  if (argc > 0 && is_keeper(argv[0])) return run_keeper(argc, argv);
  // The way of every boot: making the options that are not there takes longer than setting the
  // NIC's address.
  if (argc == 2 && std::string_view{argv[1]} == "boot") return boot_machine({});
  if (argc == 3 && std::string_view{argv[1]} == "boot" && std::string_view{argv[2]} == "--wanted")
    return is_boot_wanted(isboot::app::ParameterOptions{});
  int status = kDone;
  const Run run = read_command_line(
      argc, argv, ISBOOT_VERSION,
      [&](Command& program) { add_subcommands(program, argc > 1 ? argv[1] : ""); }, status);
  if (run) status = run();
  // A boot has its disk, whoever hears of it.
  const bool boots = argc > 1 && std::string_view{argv[1]} == "boot";
  return boots ? status : after_printing(status);
}
