#include <cstdio>
#include <memory>

#include "app/boot/boot_sequence.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"

namespace isboot::cli {
namespace {

int boot_machine(const ParameterOptions& options) {
  Machine machine;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), options, machine.log);
  machine.log.set_verbose(parameters.verbose);
  const BootResult result =
      boot_from_table(machine, parameters, machine.clock.now() + parameters.timeout * Millis{1000});
  if (result.status == kDone) std::printf("%s\n", result.disk.c_str());
  return result.status;
}

// What is wrong with a parameter is said by the boot itself.
class SilentLog final : public Log {
public:
  void write(LogLevel, Text) override {}
  Text words(Code) override { return {}; }
};

int is_wanted(const ParameterOptions& options) {
  SilentLog log;
  return is_boot_wanted(read_parameters(kernel_command_line(), options, log), log);
}

}  // namespace

int boot_wanted() { return is_wanted({}); }

int boot() { return boot_machine({}); }

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
  boot.runs([options, wanted] { return *wanted ? is_wanted(*options) : boot_machine(*options); });
}

}  // namespace isboot::cli
