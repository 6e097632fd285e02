#pragma once

#include <array>
#include <optional>

#include "core/base/text.h"

namespace isboot {

// A logical unit number: eight bytes as SCSI sends them (SAM-5 section 4.7), not an integer.
struct Lun {
  std::array<std::uint8_t, 8> bytes{};

  // The number of a single-level LUN in peripheral addressing with bus 0 (byte 0 is
  // 0, the number in byte 1) or in flat space addressing (top bits 01, 14 bits);
  // nothing for any other format.
  std::optional<std::uint16_t> number() const;

  // Peripheral addressing up to 255, flat above: what targets expect.
  // Errc::BadValue above 16383.
  static Result<Lun> from_number(std::uint32_t number);

  friend bool operator==(const Lun&, const Lun&) = default;
};

// RFC 4173 section 5: "1", or the SAM text form of 1 to 4 hex quads "4752-3A4F-6B7E-2F99".
// A text without '-' of up to four hex digits is one quad: "1" is LUN 1, bytes 00 01; "0x" in front
// says nothing new. 16 digits are all of the bytes, as to_hex() shows them.
Result<Lun> parse_lun(Text text);
InlineText<16> to_hex(const Lun& lun);   // 16 hex digits
InlineText<16> to_text(const Lun& lun);  // the number, or 16 hex digits where there is none

}  // namespace isboot
