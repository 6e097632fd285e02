#pragma once

#include <array>

#include "core/base/text.h"

namespace isboot {

// An Ethernet address, bytes in the order in which they are sent.
struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};

  bool is_zero() const { return *this == MacAddress{}; }
  bool is_multicast() const { return (bytes[0] & 1) != 0; }
  friend bool operator==(const MacAddress&, const MacAddress&) = default;
};

// "52:54:00:12:34:56", either case, '-' for ':' accepted. Errc::BadValue with the offset.
Result<MacAddress> parse_mac(Text text);
InlineText<17> to_text(const MacAddress& mac);

}  // namespace isboot
