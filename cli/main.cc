#include <cstdio>
#include <string_view>

#include "cli/command.h"

namespace {

// The kernel runs an initramfs's /init with words of its command line as arguments:
// they are not ours to judge.
bool is_init(std::string_view program) { return program.substr(program.rfind('/') + 1) == "init"; }

}  // namespace

int main(int argc, char** argv) {
  using namespace isboot::cli;
  if (argc > 0 && is_init(argv[0])) return init(argv);
  // All of its memory will be locked: it starts without the options' objects.
  if (argc > 0 && is_keeper(argv[0])) return run_keeper(argc, argv);
  CLI::App app{"Boots a machine from an iSCSI disk.", "isboot"};
  app.set_version_flag("--version", ISBOOT_VERSION);
  app.require_subcommand(1);
  Run run;
  add_attach(app, run);
  add_boot(app, run);
  add_check(app, run);
  add_detach(app, run);
  add_discover(app, run);
  add_init(app, run);
  add_keep(app, run);
  add_plan(app, run);
  add_status(app, run);
  add_ibft(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return run();
}
