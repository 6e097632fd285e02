#include "app/boot/parameter_sources.h"

#include <array>

namespace isboot::app {

boot::Parameters read_parameters(Text kernel_command_line, const ParameterOptions& options,
                                 Log& log) {
  boot::ParameterWarnings warnings;
  boot::Parameters parameters = boot::parse_command_line(kernel_command_line, warnings);
  for (const auto& [name, value] : options)
    (void)boot::set_parameter(parameters, name, value);  // checked when it was parsed
  for (const boot::ParameterWarning& warning : warnings) {
    std::array<char, 256> buffer{};
    TextWriter line{buffer};
    line << "parameter " << warning.name << ": " << warning.message << "; the default is used";
    log.write(LogLevel::Warning, line.text());
  }
  return parameters;
}

}  // namespace isboot::app
