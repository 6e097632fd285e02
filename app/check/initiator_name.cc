#include "app/check/initiator_name.h"

#include "core/boot/tableless.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxFile = 4096;
constexpr Text kNameInFile = "InitiatorName=";

// A name that is too long is none.
std::optional<iscsi::IscsiName> as_name(Text text) {
  iscsi::IscsiName name;
  if (text.empty() || !name.assign(text)) return std::nullopt;
  return name;
}

std::optional<iscsi::IscsiName> name_in_file(const std::string& path) {
  const auto file = linux_platform::read_file(path, kMaxFile);
  Text rest = file ? Text{*file} : Text{};
  while (!rest.empty()) {
    const std::size_t end = position_of(rest, '\n');
    const Text line = part_of(rest, 0, end);
    if (part_of(line, 0, kNameInFile.size()) == kNameInFile)
      return as_name(part_of(line, kNameInFile.size()));
    rest = end == Text::npos ? Text{} : part_of(rest, end + 1);
  }
  return std::nullopt;
}

std::optional<iscsi::IscsiName> name_in_table(const boot::Parameters& parameters) {
  const auto found = linux_platform::choose_table(parameters.table);
  ibft::Table table;
  ibft::Findings findings;
  if (!found || !linux_platform::decode(*found, table, findings) || !table.initiator)
    return std::nullopt;
  return as_name(table.initiator->name);
}

}  // namespace

std::optional<iscsi::IscsiName> initiator_name(const boot::Parameters& parameters,
                                               const InitiatorNamePlaces& places) {
  if (!parameters.initiator.empty()) return parameters.initiator;
  if (auto name = name_in_file(places.file)) return name;
  if (auto name = name_in_table(parameters)) return name;
  const auto made = boot::name_from_uuid(first_line(places.uuid));
  return made ? std::optional{*made} : std::nullopt;
}

}  // namespace isboot::app
