// The tunables of the kernel command line as options of a subcommand.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "core/boot/parameters.h"
#include "core/ports/log.h"

namespace isboot::cli {

// What was given on our own command line, by parameter name.
using ParameterOptions = std::map<std::string, std::string>;

// Adds --table, --url, … to `command`. `options` is filled when the command is parsed;
// a value that cannot be is a usage error.
void add_parameter_options(CLI::App& command, ParameterOptions& options);

// The kernel command line's parameters with `options` on top. Warnings go to `log`.
boot::Parameters read_parameters(Text kernel_command_line, const ParameterOptions& options,
                                 Log& log);

}  // namespace isboot::cli
