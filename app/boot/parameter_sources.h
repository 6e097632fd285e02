// Where parameters come from: the kernel's command line, and our own options on top.
#pragma once

#include <map>
#include <string>

#include "core/boot/parameters.h"
#include "core/ports/log.h"

namespace isboot::app {

// What was given on our own command line, by parameter name.
using ParameterOptions = std::map<std::string, std::string>;

// The kernel command line's parameters with `options` on top. Warnings go to `log`.
boot::Parameters read_parameters(Text kernel_command_line, const ParameterOptions& options,
                                 Log& log);

}  // namespace isboot::app
