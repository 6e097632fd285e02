#include "core/boot/parameters.h"

#include "core/boot/command_line.h"
#include "core/iscsi/url.h"
#include "core/ports/network.h"

namespace isboot::boot {
namespace {

// `expected` says the range in words.
Result<std::uint32_t> number(Text value, std::uint32_t lowest, std::uint32_t highest,
                             const char* expected) {
  const auto parsed = parse_decimal(value, highest);
  if (!parsed || *parsed < lowest) return Error{Errc::BadValue, 0, expected};
  return static_cast<std::uint32_t>(*parsed);
}

Result<Done> set_digest(Parameters& parameters, Text value) {
  bool header = false;
  bool data = false;
  while (!value.empty()) {
    const std::size_t comma = position_of(value, ',');
    const Text item = without_blanks(part_of(value, 0, comma));
    if (equal_ignoring_case(item, "header"))
      header = true;
    else if (equal_ignoring_case(item, "data"))
      data = true;
    else if (!equal_ignoring_case(item, "none"))
      return Error{Errc::BadValue, 0, "expected header, data or none"};
    value = comma == Text::npos ? Text{} : part_of(value, comma + 1);
  }
  parameters.header_digest = header;
  parameters.data_digest = data;
  return Done{};
}

Result<Done> set_paths(Parameters& parameters, Text value) {
  if (!equal_ignoring_case(value, "all") && !equal_ignoring_case(value, "first"))
    return Error{Errc::BadValue, 0, "expected all or first"};
  parameters.all_paths = equal_ignoring_case(value, "all");
  return Done{};
}

Result<Done> set_secrets(Parameters& parameters, Text value) {
  if (!equal_ignoring_case(value, "ask") && !equal_ignoring_case(value, "file"))
    return Error{Errc::BadValue, 0, "expected ask or file"};
  parameters.ask_for_secrets = equal_ignoring_case(value, "ask");
  return Done{};
}

Result<Done> set_ping(Parameters& parameters, Text value) {
  constexpr const char* kExpected =
      "expected two numbers with a comma, the first from 0, the second from 1 to 3600";
  const std::size_t comma = position_of(value, ',');
  if (comma == Text::npos) return Error{Errc::BadValue, 0, kExpected};
  const Text first = without_blanks(part_of(value, 0, comma));
  const Text second = without_blanks(part_of(value, comma + 1));
  const std::uint32_t after = ISBOOT_TRY(number(first, 0, 3600, kExpected));
  const std::uint32_t limit = ISBOOT_TRY(number(second, 1, 3600, kExpected));
  parameters.ping_after = after;
  parameters.ping_limit = limit;
  return Done{};
}

// A URL that a boot could not use must not take the place of a good table.
Result<Done> set_url(Parameters& parameters, Text value) {
  ISBOOT_TRY(iscsi::parse_url(value));
  return parameters.url.assign(value);
}

Result<Done> set_initiator(Parameters& parameters, Text value) {
  if (value.empty()) return Error{Errc::BadValue, 0, "initiator's name is empty"};
  for (std::size_t i = 0; i < value.size(); ++i)
    if (static_cast<unsigned char>(value[i]) <= ' ' || value[i] == 0x7f)
      return Error{Errc::BadValue, static_cast<std::uint32_t>(i),
                   "blank or control character in the initiator's name"};
  if (!parameters.initiator.assign(value))
    return Error{Errc::NoSpace, 0, "initiator's name is longer than 223 bytes"};
  return Done{};
}

Result<Done> set_nic(Parameters& parameters, Text value) {
  if (value.empty() || position_of(value, '/') != Text::npos)
    return Error{Errc::BadValue, 0, "neither a MAC address nor a NIC's name"};
  // With colons it can only be meant for a MAC address.
  if (position_of(value, ':') != Text::npos && !parse_mac(value))
    return Error{Errc::BadValue, 0, "neither a MAC address nor a NIC's name"};
  if (!parse_mac(value) && !LinkName{}.assign(value))
    return Error{Errc::NoSpace, 0, "NIC's name is longer than 15 bytes"};
  return parameters.nic.assign(equal_ignoring_case(value, "auto") ? Text{} : value);
}

// A file has a '/' or a '.' in its name; any other word is meant for a place.
bool is_table(Text value) {
  constexpr Text kNumbered = "acpi:";
  for (const Text place : {Text{"auto"}, Text{"acpi"}, Text{"lowmem"}, Text{"sysfs"}})
    if (equal_ignoring_case(value, place)) return true;
  if (equal_ignoring_case(part_of(value, 0, kNumbered.size()), kNumbered)) {
    const auto number = parse_decimal(part_of(value, kNumbered.size()), UINT32_MAX);
    return number && *number != 0;
  }
  return position_of(value, '/') != Text::npos || position_of(value, '.') != Text::npos;
}

Result<Done> set_table(Parameters& parameters, Text value) {
  if (!is_table(value))
    return Error{Errc::BadValue, 0,
                 "expected auto, acpi, acpi:N with N from 1 on, lowmem, sysfs or a file's path"};
  if (equal_ignoring_case(value, "auto")) return parameters.table.assign({});
  if (position_of(value, '/') != Text::npos || position_of(value, '.') != Text::npos)
    return parameters.table.assign(value);
  // A place, which is asked for in small letters.
  std::array<char, 32> buffer{};
  TextWriter place{buffer};
  for (const char c : value) place << (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  if (place.cut()) return Error{Errc::BadValue, 0, "the table's number is too long"};
  return parameters.table.assign(place.text());
}

}  // namespace

WarningText to_text(const ParameterWarning& warning) {
  constexpr std::size_t kMaxShown = 300;
  std::array<char, 640> buffer{};
  TextWriter line{buffer};
  line << "parameter " << part_of(warning.name, 0, 64) << '='
       << part_of(warning.value, 0, kMaxShown) << ": " << warning.message;
  WarningText text;
  (void)text.assign(line.text());  // as large as the buffer
  return text;
}

Result<Done> set_parameter(Parameters& parameters, Text name, Text given) {
  const Text value = without_blanks(given);
  if (same_text(name, "table")) return set_table(parameters, value);
  if (same_text(name, "url")) return set_url(parameters, value);
  if (same_text(name, "initiator")) return set_initiator(parameters, value);
  if (same_text(name, "nic")) return set_nic(parameters, value);
  if (same_text(name, "digest")) return set_digest(parameters, value);
  if (same_text(name, "chap")) {
    parameters.chap = ISBOOT_TRY(iscsi::parse_algorithms(value));
    return Done{};
  }
  if (same_text(name, "paths")) return set_paths(parameters, value);
  if (same_text(name, "secrets")) return set_secrets(parameters, value);
  if (same_text(name, "ping")) return set_ping(parameters, value);
  // Says by which entry of the loader's menu this start is, and sets nothing.
  if (same_text(name, "initramfs")) return Done{};
  // 4095 is reserved, 4094 the last VID (IEEE 802.1Q).
  if (same_text(name, "vlan"))
    parameters.vlan = static_cast<std::uint16_t>(
        ISBOOT_TRY(number(value, 0, 4094, "expected a number from 0 to 4094")));
  else if (same_text(name, "mtu"))
    parameters.mtu = ISBOOT_TRY(number(value, 576, 65535, "expected a number from 576 to 65535"));
  else if (same_text(name, "timeout"))
    parameters.timeout = ISBOOT_TRY(number(value, 1, 86400, "expected a number from 1 to 86400"));
  else if (same_text(name, "retries"))
    parameters.retries =
        ISBOOT_TRY(number(value, 0, 1000000, "expected a number from 0 to 1000000"));
  else if (same_text(name, "recovery"))
    parameters.recovery =
        equal_ignoring_case(value, "infinite")
            ? kForEver
            : ISBOOT_TRY(number(value, 1, 86400, "expected infinite, or a number from 1 to 86400"));
  else if (same_text(name, "shutdown"))
    parameters.shutdown = ISBOOT_TRY(number(value, 1, 3600, "expected a number from 1 to 3600"));
  else if (same_text(name, "verbose"))
    parameters.verbose =
        static_cast<std::uint8_t>(ISBOOT_TRY(number(value, 0, 3, "expected a number from 0 to 3")));
  else
    return Error{Errc::NotFound, 0, "there is no such parameter"};
  return Done{};
}

Parameters parse_command_line(Text command_line, ParameterWarnings& warnings) {
  constexpr Text kPrefix = "isboot.";
  Parameters parameters;
  Text rest = command_line;
  while (const auto word = next_word(rest)) {
    if (same_text(word->name, "isboot")) {
      if (equal_ignoring_case(word->value, "off"))
        parameters.off = true;
      else if (equal_ignoring_case(word->value, "on"))
        parameters.off = false;
      else
        warnings.push({word->name, word->value, "expected on or off"});
      continue;
    }
    if (!same_text(part_of(word->name, 0, kPrefix.size()), kPrefix)) continue;
    const Text name = part_of(word->name, kPrefix.size());
    const Result<Done> set = set_parameter(parameters, name, word->value);
    if (!set) warnings.push({word->name, shown_value(*word), set.error().text});
  }
  return parameters;
}

void refuse_names(Parameters& parameters, ParameterWarnings& warnings) {
  const auto url = iscsi::parse_url(parameters.url);
  if (!url || url->host.empty()) return;
  parameters.url.clear();
  (void)warnings.push(
      {"isboot.url", "a name", "this program looks no names up: give the server's IP address"});
}

std::optional<Text> command_line_value(Text command_line, Text name) {
  std::optional<Text> value;
  Text rest = command_line;
  while (const auto word = next_word(rest))
    if (same_text(word->name, name)) value = word->value;
  return value;
}

bool command_line_switch(Text command_line, Text on, Text off) {
  bool is_on = false;
  Text rest = command_line;
  while (const auto word = next_word(rest))
    if (!word->has_value && (same_text(word->name, on) || same_text(word->name, off)))
      is_on = same_text(word->name, on);
  return is_on;
}

}  // namespace isboot::boot
