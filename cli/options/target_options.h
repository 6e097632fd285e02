// The options of `check`, `discover` and `attach`: who we are to a target, and how the answer is
// told.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/options/parameter_options.h"

namespace isboot::cli {

struct TargetOptions {
  ParameterOptions parameters;
  std::string credentials_file;
  bool json = false;
};

void add_target_options(Command& command, TargetOptions& options);

}  // namespace isboot::cli
