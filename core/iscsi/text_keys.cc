#include "core/iscsi/text_keys.h"

namespace isboot::iscsi {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// RFC 7143 section 6.1, standard-label, and '#' for keys such as X#NodeArchitecture.
bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || is_capital(c) || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '+' || c == '@' || c == '_' || c == '#';
}

// The first letter should be a capital, but for iSCSIProtocolLevel (RFC 7144); a target that
// writes another small one is understood as well.
bool is_key_name(Text name) {
  if (name.empty() || name.size() > kMaxKeyName) return false;
  for (const char c : name)
    if (!is_label_character(c)) return false;
  return true;
}

}  // namespace

Result<std::optional<TextKey>> TextKeyReader::next() {
  while (offset_ < text_.size() && text_[offset_] == '\0') ++offset_;
  if (offset_ == text_.size()) return std::optional<TextKey>{};

  const auto offset = static_cast<std::uint32_t>(offset_);
  const Text rest = part_of(text_, offset_);
  std::size_t end = position_of(rest, '\0');
  unterminated_ = end == Text::npos;
  if (unterminated_) end = rest.size();
  const Text pair = part_of(rest, 0, end);
  if (++keys_ > max_keys_) return Error{TextErrc::TooManyKeys, offset, "text has too many keys"};
  offset_ += end + (unterminated_ ? 0 : 1);
  const std::size_t equals = position_of(pair, '=');
  if (equals == Text::npos) return Error{TextErrc::NoEquals, offset, "text key without '='"};
  const Text name = without_blanks(part_of(pair, 0, equals));
  last_ = TextKey{name, part_of(pair, equals + 1), offset, name.size() != equals};
  if (!is_key_name(name)) return Error{TextErrc::BadKeyName, offset, "text key's name is bad"};
  if (last_.value.size() > kMaxValue)
    return Error{TextErrc::ValueTooLong, offset, "text key's value is too long"};
  return std::optional<TextKey>{last_};
}

TextKeyWriter& TextKeyWriter::add(Text name, Text value) {
  out_.text(name).u8('=').text(value).u8(0);
  return *this;
}

TextKeyWriter& TextKeyWriter::add(Text name, std::uint64_t value) {
  std::array<char, 20> digits{};
  TextWriter number{digits};
  number.decimal(value);
  return add(name, number.text());
}

TextKeyWriter& TextKeyWriter::add_binary(Text name, Bytes value) {
  out_.text(name).text("=0x");
  for (const std::uint8_t byte : value)
    out_.u8(static_cast<std::uint8_t>("0123456789abcdef"[byte >> 4]))
        .u8(static_cast<std::uint8_t>("0123456789abcdef"[byte & 15]));
  out_.u8(0);
  return *this;
}

}  // namespace isboot::iscsi
