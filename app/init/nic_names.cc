#include "app/init/nic_names.h"

#include "app/failure.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxFile = 64U << 10;

// Up to `end`, which is taken away with it.
Text take(Text& rest, char end) {
  const std::size_t at = position_of(rest, end);
  const Text taken = part_of(rest, 0, at);
  rest = at == Text::npos ? Text{} : part_of(rest, at + 1);
  return taken;
}

}  // namespace

void name_nics(Log& log, const RenameNic& rename, const std::string& file,
               const TablelessPaths& paths) {
  const auto content = linux_platform::read_file(file, kMaxFile);
  if (!content) return;
  for (Text rest = *content; !rest.empty();) {
    Text wanted = take(rest, '\n');
    const auto mac = parse_mac(take(wanted, ' '));
    const auto name = mac ? interface_with(*mac, paths) : std::nullopt;
    if (!name || wanted.empty() || *name == wanted) continue;
    const auto done = rename(*name, std::string{wanted});
    if (!done)
      log.write(LogLevel::Warning,
                *name + " is not called " + std::string{wanted} + ": " + in_words(done.error()));
  }
}

}  // namespace isboot::app
