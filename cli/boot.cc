#include <memory>

#include "app/boot/boot_machine.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"

namespace isboot::cli {

void add_boot(Command& program) {
  Command boot = program.subcommand(
      "boot",
      "Find the iBFT, bring the NIC up, log in, give the session to the kernel and wait "
      "for the disk; prints its device");
  boot.footer(
      "Parameters of the kernel command line (isboot.NAME=) apply too; options win.\n"
      "Exit status: 0 the disk is there, 1 failed, 2 usage, 3 no iBFT.");
  const auto options = std::make_shared<ParameterOptions>();
  add_parameter_options(boot, *options);
  const auto wanted = std::make_shared<bool>(false);
  boot.flag("--wanted", *wanted,
            "Only tell by the exit status whether there is a table to boot from");
  boot.runs(
      [options, wanted] { return *wanted ? is_boot_wanted(*options) : boot_machine(*options); });
}

}  // namespace isboot::cli
