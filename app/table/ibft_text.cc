#include "app/table/ibft_text.h"

#include <array>

#include "core/base/utf8.h"

namespace isboot::app {
namespace {

constexpr const char* kOrigins[] = {"other", "manual", "well-known", "dhcp",
                                    "router-advertisement"};
constexpr const char* kUnchanged = "unchanged";
constexpr const char* kChapTypes[] = {"none", "chap", "mutual"};

std::string escape(std::uint8_t byte) {
  std::array<char, 4> buffer{};
  TextWriter out{buffer};
  out << "\\x";
  out.hex(byte, 2);
  return std::string{out.text()};
}

// The value of "\xNN" at the start of `text`, -1 when it does not start so.
int escape_value(Text text) {
  if (text.size() < 4 || text[0] != '\\' || text[1] != 'x') return -1;
  const int high = hex_digit(text[2]);
  const int low = hex_digit(text[3]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool is_control(Text character) {
  const auto byte = static_cast<std::uint8_t>(character[0]);
  // C1 controls are U+0080 to U+009F: some terminals obey them.
  const bool c1 =
      character.size() == 2 && byte == 0xc2 && static_cast<std::uint8_t>(character[1]) < 0xa0;
  return byte < 0x20 || byte == 0x7f || c1;
}

std::string escape_some(Text text, bool controls) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = utf8_character(text);
    const bool bad =
        size == 0 || escape_value(text) >= 0 || (controls && is_control(part_of(text, 0, size)));
    if (size == 0) size = 1;
    for (const char byte : part_of(text, 0, size))
      out += bad ? escape(static_cast<std::uint8_t>(byte)) : std::string(1, byte);
    text = part_of(text, size);
  }
  return out;
}

std::string unknown(unsigned value) { return "unknown(" + std::to_string(value) + ")"; }

std::optional<std::uint8_t> parse_unknown(Text name) {
  constexpr Text kStart = "unknown(";
  if (!name.starts_with(kStart) || !name.ends_with(')')) return std::nullopt;
  const auto value =
      parse_decimal(part_of(name, kStart.size(), name.size() - kStart.size() - 1), UINT8_MAX);
  if (!value) return std::nullopt;
  return static_cast<std::uint8_t>(*value);
}

}  // namespace

std::string escaped(Text text) { return escape_some(text, false); }
std::string printable(Text text) { return escape_some(text, true); }

std::string unescaped(Text text) {
  std::string out;
  while (!text.empty()) {
    const int value = escape_value(text);
    out += value >= 0 ? static_cast<char>(value) : text[0];
    text = part_of(text, value >= 0 ? 4 : 1);
  }
  return out;
}

std::string origin_name(ibft::Origin origin) {
  const auto value = static_cast<std::size_t>(origin);
  if (value < std::size(kOrigins)) return kOrigins[value];
  return origin == ibft::Origin::Unchanged ? kUnchanged : unknown(static_cast<unsigned>(value));
}

std::optional<ibft::Origin> parse_origin(Text name) {
  for (std::size_t i = 0; i < std::size(kOrigins); ++i)
    if (name == kOrigins[i]) return static_cast<ibft::Origin>(i);
  if (name == kUnchanged) return ibft::Origin::Unchanged;
  const auto value = parse_unknown(name);
  if (!value) return std::nullopt;
  return static_cast<ibft::Origin>(*value);
}

std::string chap_name(ibft::ChapType chap) {
  const auto value = static_cast<std::size_t>(chap);
  return value < std::size(kChapTypes) ? kChapTypes[value] : unknown(static_cast<unsigned>(value));
}

std::optional<ibft::ChapType> parse_chap(Text name) {
  for (std::size_t i = 0; i < std::size(kChapTypes); ++i)
    if (name == kChapTypes[i]) return static_cast<ibft::ChapType>(i);
  const auto value = parse_unknown(name);
  if (!value) return std::nullopt;
  return static_cast<ibft::ChapType>(*value);
}

std::string hex_text(Bytes bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    std::array<char, 2> buffer{};
    out += TextWriter{buffer}.hex(byte, 2).text();
  }
  return out;
}

std::optional<std::string> parse_hex(Text text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace isboot::app
