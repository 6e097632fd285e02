#include "core/base/text.h"

namespace isboot {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Result<std::uint64_t> parse_digits(Text text, std::uint32_t start, unsigned base,
                                   std::uint64_t maximum) {
  if (start >= text.size()) return Error{Errc::BadValue, start, "a number is missing"};
  std::uint64_t value = 0;
  for (std::uint32_t i = start; i < text.size(); ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0 || static_cast<unsigned>(digit) >= base)
      return Error{Errc::BadValue, i, "not a digit"};
    const auto add = static_cast<std::uint64_t>(digit);
    if (add > maximum || value > (maximum - add) / base)
      return Error{Errc::BadValue, i, "number is too large"};
    value = value * base + add;
  }
  return value;
}

// Length of the UTF-8 sequence that `first` starts; 0 when none may.
std::size_t utf8_length(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

}  // namespace

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

Result<std::uint64_t> parse_decimal(Text text, std::uint64_t maximum) {
  return parse_digits(text, 0, 10, maximum);
}

Result<std::uint64_t> parse_number(Text text, std::uint64_t maximum) {
  if (starts_with_ignoring_case(text, "0x")) return parse_digits(text, 2, 16, maximum);
  return parse_digits(text, 0, 10, maximum);
}

bool equal_ignoring_case(Text a, Text b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

bool starts_with_ignoring_case(Text text, Text prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (text[i] != prefix[i] && lower(text[i]) != lower(prefix[i])) return false;
  return true;
}

bool is_utf8(Text text) {
  const Bytes bytes = as_bytes(text);
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = utf8_length(bytes[i]);
    if (length == 0 || length > bytes.size() - i) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((bytes[i + k] & 0xc0) != 0x80) return false;
    // Overlong forms, surrogates and code points past U+10FFFF.
    if (bytes[i] == 0xe0 && bytes[i + 1] < 0xa0) return false;
    if (bytes[i] == 0xed && bytes[i + 1] > 0x9f) return false;
    if (bytes[i] == 0xf0 && bytes[i + 1] < 0x90) return false;
    if (bytes[i] == 0xf4 && bytes[i + 1] > 0x8f) return false;
    i += length;
  }
  return true;
}

TextWriter& TextWriter::operator<<(Text text) {
  const std::size_t room = output_.size() - length_;
  const std::size_t count = text.size() < room ? text.size() : room;
  cut_ = cut_ || count < text.size();
  if (count != 0) std::memcpy(&output_[length_], text.data(), count);
  length_ += count;
  return *this;
}

TextWriter& TextWriter::operator<<(const char* text) {
  for (; *text != '\0'; ++text) *this << *text;
  return *this;
}

TextWriter& TextWriter::decimal(std::uint64_t value) {
  std::array<char, 20> digits{};
  std::size_t at = digits.size();
  do {
    digits[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return *this << Text{&digits[at], digits.size() - at};
}

TextWriter& TextWriter::hex(std::uint64_t value, std::size_t min_digits) {
  std::array<char, 16> digits{};
  std::size_t at = digits.size();
  do {
    digits[--at] = "0123456789abcdef"[value % 16];
    value /= 16;
  } while (at != 0 && (value != 0 || digits.size() - at < min_digits));
  return *this << Text{&digits[at], digits.size() - at};
}

}  // namespace isboot
