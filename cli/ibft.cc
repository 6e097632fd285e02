#include "cli/command.h"

namespace isboot::cli {

void add_ibft(CLI::App& app, Run& run) {
  CLI::App* ibft = app.add_subcommand("ibft", "The iSCSI Boot Firmware Table");
  ibft->callback([&run] { run = [] { return kDone; }; });
}

}  // namespace isboot::cli
