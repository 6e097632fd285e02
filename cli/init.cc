#include "app/init/init.h"

#include "cli/command.h"

namespace isboot::cli {

void add_init(Command& program) {
  Command command = program.subcommand(
      "init", "PID 1 of an initramfs: boot, mount root=, move into it and run init=");
  command.footer("Runs as PID 1 only, usually because the program is the initramfs's /init.");
  command.runs([] {
    char name[] = "init";
    char* arguments[] = {name, nullptr};
    return init(arguments);
  });
}

}  // namespace isboot::cli
