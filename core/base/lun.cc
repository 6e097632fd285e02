#include "core/base/lun.h"

namespace isboot {

std::optional<std::uint16_t> Lun::number() const {
  for (std::size_t i = 2; i < bytes.size(); ++i)
    if (bytes[i] != 0) return std::nullopt;
  if (bytes[0] == 0) return bytes[1];
  if ((bytes[0] & 0xc0) == 0x40)
    return static_cast<std::uint16_t>((bytes[0] & 0x3f) << 8 | bytes[1]);
  return std::nullopt;
}

Result<Lun> Lun::from_number(std::uint32_t number) {
  if (number > 0x3fff) return Error{Errc::BadValue, 0, "LUN is above 16383"};
  Lun lun;
  const std::uint32_t quad = number <= 255 ? number : number | 0x4000;
  lun.bytes[0] = static_cast<std::uint8_t>(quad >> 8);
  lun.bytes[1] = static_cast<std::uint8_t>(quad);
  return lun;
}

Result<Lun> parse_lun(Text text) {
  Lun lun;
  // All of its eight bytes without the '-', as isboot itself shows a LUN.
  if (text.size() == 16 && position_of(text, '-') == Text::npos) {
    for (std::uint32_t i = 0; i < lun.bytes.size(); ++i) {
      const std::uint32_t at = 2 * i;
      const int high = hex_digit(text[at]);
      const int low = hex_digit(text[at + 1]);
      if (high < 0 || low < 0) return Error{Errc::BadValue, at, "LUN: not a hex digit"};
      lun.bytes[i] = static_cast<std::uint8_t>(16 * high + low);
    }
    return lun;
  }
  std::uint32_t at = starts_with_ignoring_case(text, "0x") ? 2 : 0;
  for (std::size_t quad = 0; quad < 4; ++quad) {
    std::uint32_t value = 0;
    std::uint32_t digits = 0;
    for (; at < text.size() && text[at] != '-'; ++at, ++digits) {
      const int digit = hex_digit(text[at]);
      if (digit < 0) return Error{Errc::BadValue, at, "LUN: not a hex digit"};
      if (digits == 4) return Error{Errc::BadValue, at, "LUN: more than four digits in a row"};
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    if (digits == 0) return Error{Errc::BadValue, at, "LUN: a digit is missing"};
    lun.bytes[2 * quad] = static_cast<std::uint8_t>(value >> 8);
    lun.bytes[2 * quad + 1] = static_cast<std::uint8_t>(value);
    if (at == text.size()) return lun;
    ++at;  // the '-'
  }
  return Error{Errc::BadValue, at, "LUN: more than four groups"};
}

InlineText<16> to_hex(const Lun& lun) {
  std::array<char, 16> buffer{};
  TextWriter out{buffer};
  for (const std::uint8_t byte : lun.bytes) out.hex(byte, 2);
  InlineText<16> text;
  (void)text.assign(out.text());  // fits: eight bytes are 16 digits
  return text;
}

InlineText<16> to_text(const Lun& lun) {
  const std::optional<std::uint16_t> number = lun.number();
  if (!number) return to_hex(lun);
  std::array<char, 5> buffer{};
  TextWriter out{buffer};
  out.decimal(*number);
  InlineText<16> text;
  (void)text.assign(out.text());  // fits: at most 16383
  return text;
}

}  // namespace isboot
