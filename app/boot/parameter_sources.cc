#include "app/boot/parameter_sources.h"

#include <array>

namespace isboot::app {

constexpr std::size_t kMaxShown = 300;  // bytes of a value that is refused

boot::Parameters read_parameters(Text kernel_command_line, const ParameterOptions& options,
                                 Log& log) {
  boot::ParameterWarnings warnings;
  boot::Parameters parameters = boot::parse_command_line(kernel_command_line, warnings);
  for (const auto& [name, value] : options)
    (void)boot::set_parameter(parameters, name, value);  // checked when it was parsed
  for (const boot::ParameterWarning& warning : warnings) {
    std::array<char, 640> buffer{};
    TextWriter line{buffer};
    line << "parameter " << warning.name << '=' << slice(warning.value, 0, kMaxShown) << ": "
         << warning.message << "; the default is used";
    log.write(LogLevel::Warning, line.text());
  }
  return parameters;
}

}  // namespace isboot::app
