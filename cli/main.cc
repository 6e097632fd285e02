#include <cstdio>

#include "cli/command.h"

int main(int argc, char** argv) {
  using namespace isboot::cli;
  CLI::App app{"Boots a machine from an iSCSI disk.", "isboot"};
  app.set_version_flag("--version", ISBOOT_VERSION);
  app.require_subcommand(1);
  Run run;
  add_ibft(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return run();
}
