#include "cli/options/target_options.h"

namespace isboot::cli {

void add_target_options(Command& command, TargetOptions& options) {
  add_parameter_options(command, options.parameters);
  command.option("--credentials", options.credentials_file,
                 "File of mode 0600 with lines name=, secret=, reverse_name=, reverse_secret=");
  command.flag("--json", options.json, "Print JSON");
}

}  // namespace isboot::cli
