// Any kernel command line: parsing ends, stays inside of the text, and every value that it
// lets through is within the limits that the header promises.
#include "core/boot/parameters.h"

namespace {

void require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isboot;
  const Text line = as_text(Bytes{data, size});
  boot::ParameterWarnings warnings;
  const boot::Parameters parameters = boot::parse_command_line(line, warnings);
  require(parameters.timeout >= 1 && parameters.timeout <= 86400);
  require(!parameters.vlan || *parameters.vlan <= 4094);
  require(parameters.mtu == 0 || (parameters.mtu >= 576 && parameters.mtu <= 65535));
  require(parameters.verbose <= 3);
  for (const boot::ParameterWarning& warning : warnings)
    require(warning.name.data() >= line.data() &&
            warning.name.data() + warning.name.size() <= line.data() + line.size());
  const auto root = boot::command_line_value(line, "root");
  require(!root || root->size() <= size);
  (void)boot::command_line_switch(line, "rw", "ro");
  return 0;
}
