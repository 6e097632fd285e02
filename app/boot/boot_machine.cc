#include "app/boot/boot_machine.h"

#include <cstdio>

#include "app/boot/boot_sequence.h"
#include "app/exit_status.h"

namespace isboot::app {
namespace {

// What is wrong with a parameter is said by the boot itself.
class SilentLog final : public Log {
public:
  void write(LogLevel, Text) override {}
  Text words(Code) override { return {}; }
};

}  // namespace

int boot_machine(const ParameterOptions& options) {
  Machine machine;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), options, machine.log);
  machine.log.set_verbose(parameters.verbose);
  const BootResult result =
      boot_from_table(machine, parameters, machine.clock.now() + parameters.timeout * Millis{1000});
  if (result.status == kDone) std::printf("%s\n", result.disk.c_str());
  return result.status;
}

int is_boot_wanted(const ParameterOptions& options) {
  SilentLog log;
  return is_boot_wanted(read_parameters(kernel_command_line(), options, log), log);
}

}  // namespace isboot::app
