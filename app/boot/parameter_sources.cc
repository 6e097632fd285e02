#include "app/boot/parameter_sources.h"

#include "platform/linux/net/resolve/linux_resolver.h"

namespace isboot::app {

boot::Parameters read_parameters(Text kernel_command_line, const ParameterOptions& options,
                                 Log& log) {
  boot::ParameterWarnings warnings;
  boot::Parameters parameters = boot::parse_command_line(kernel_command_line, warnings);
  for (const auto& [name, value] : options)
    (void)boot::set_parameter(parameters, name, value);  // checked when it was parsed
  if (!linux_platform::LinuxResolver::is_built_in()) boot::refuse_names(parameters, warnings);
  for (const boot::ParameterWarning& warning : warnings)
    log.write(LogLevel::Warning,
              std::string{boot::to_text(warning).view()} + "; the default is used");
  return parameters;
}

}  // namespace isboot::app
