// The tunables of the kernel command line as options of a subcommand.
#pragma once

#include "app/boot/parameter_sources.h"
#include "cli/options/command.h"

namespace isboot::cli {

using app::ParameterOptions;

// Adds --table, --url, … to `command`. `options` is filled when the command is parsed;
// a value that cannot be is a usage error.
void add_parameter_options(Command& command, ParameterOptions& options);

}  // namespace isboot::cli
