#include "core/iscsi/binary_value.h"

namespace isboot::iscsi {
namespace {

constexpr std::size_t kPrefix = 2;  // of "0x" and "0b"

Error bad(std::size_t at, const char* text) {
  return Error{TextErrc::BadBinary, static_cast<std::uint32_t>(at), text};
}
Error no_space(std::size_t at) {
  return Error{Errc::NoSpace, static_cast<std::uint32_t>(at), "binary value is too long"};
}

Result<Bytes> decode_hex(Text digits, MutableBytes out) {
  if (digits.empty()) return bad(kPrefix, "binary value without a digit");
  const std::size_t size = (digits.size() + 1) / 2;
  if (size > out.size()) return no_space(kPrefix);
  std::size_t nibble = digits.size() % 2;  // 1: the first byte has a low half only
  for (std::size_t i = 0; i < size; ++i) out[i] = 0;
  for (std::size_t i = 0; i < digits.size(); ++i, ++nibble) {
    const int digit = hex_digit(digits[i]);
    if (digit < 0) return bad(kPrefix + i, "no hex digit in a binary value");
    out[nibble / 2] = static_cast<std::uint8_t>(out[nibble / 2] << 4 | digit);
  }
  return Bytes{out.first(size)};
}

// RFC 4648 section 4: the value of a character, or -1.
int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

Result<Bytes> decode_base64(Text digits, MutableBytes out) {
  std::size_t end = digits.size();
  while (end > 0 && digits.size() - end < 2 && digits[end - 1] == '=') --end;
  // Some leave the '=' out; those that write them write them all.
  const bool padded = end != digits.size();
  if (end == 0 || end % 4 == 1 || (padded && digits.size() % 4 != 0))
    return bad(kPrefix, "base64 of odd length");
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t size = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const int digit = base64_digit(digits[i]);
    if (digit < 0) return bad(kPrefix + i, "no base64 digit in a binary value");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (size == out.size()) return no_space(kPrefix + i);
    out[size++] = static_cast<std::uint8_t>(bits >> held & 0xff);
  }
  // Bits behind the last whole byte carry nothing (RFC 4648 section 3.5).
  if ((bits & ((1U << held) - 1)) != 0) return bad(kPrefix + end - 1, "base64 with spare bits");
  return Bytes{out.first(size)};
}

}  // namespace

Result<Bytes> decode_binary(Text text, MutableBytes out) {
  if (starts_with_ignoring_case(text, "0x")) return decode_hex(part_of(text, kPrefix), out);
  if (starts_with_ignoring_case(text, "0b")) return decode_base64(part_of(text, kPrefix), out);
  return bad(0, "binary value without 0x or 0b");
}

}  // namespace isboot::iscsi
