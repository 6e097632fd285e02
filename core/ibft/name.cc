#include "core/ibft/name.h"

#include "core/base/text.h"

namespace isboot::ibft {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_hex(Text text) {
  for (const char c : text)
    if (hex_digit(c) < 0) return false;
  return true;
}

// "yyyy-mm." and at least one byte behind it.
bool is_dated(Text text) {
  if (text.size() < 9) return false;
  for (const auto i : {0U, 1U, 2U, 3U, 5U, 6U})
    if (!is_digit(text[i])) return false;
  const int month = 10 * (text[5] - '0') + (text[6] - '0');
  return text[4] == '-' && text[7] == '.' && month >= 1 && month <= 12;
}

// Blanks and control characters; everything else is a matter for the target.
bool has_blank(Text text) {
  for (const char c : text)
    if (static_cast<std::uint8_t>(c) <= ' ' || c == '\x7f') return true;
  return false;
}

}  // namespace

bool is_iscsi_name(Text name) {
  if (name.size() > kMaxIscsiName || has_blank(name)) return false;
  const Text rest = part_of(name, 4);
  if (starts_with_ignoring_case(name, "iqn.")) return is_dated(rest);
  if (starts_with_ignoring_case(name, "eui.")) return rest.size() == 16 && all_hex(rest);
  if (starts_with_ignoring_case(name, "naa."))
    return (rest.size() == 16 || rest.size() == 32) && all_hex(rest);
  return false;
}

Text oem_text(Bytes field) {
  std::size_t size = field.size();
  while (size != 0 && (field[size - 1] == 0 || field[size - 1] == ' ')) --size;
  return as_text(field.first(size));
}

}  // namespace isboot::ibft
