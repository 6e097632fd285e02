#include "core/base/mac_address.h"

namespace isboot {

Result<MacAddress> parse_mac(Text text) {
  MacAddress mac;
  for (std::uint32_t i = 0; i < mac.bytes.size(); ++i) {
    const std::uint32_t at = 3 * i;
    if (at + 2 > text.size()) return Error{Errc::BadValue, at, "MAC address is too short"};
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return Error{Errc::BadValue, at, "MAC address: not a hex digit"};
    mac.bytes[i] = static_cast<std::uint8_t>(16 * high + low);
    const bool last = i + 1 == mac.bytes.size();
    if (!last && (at + 2 >= text.size() || (text[at + 2] != ':' && text[at + 2] != '-')))
      return Error{Errc::BadValue, at + 2, "MAC address: ':' expected"};
  }
  if (text.size() > 17) return Error{Errc::BadValue, 17, "MAC address is too long"};
  return mac;
}

InlineText<17> to_text(const MacAddress& mac) {
  std::array<char, 17> buffer{};
  TextWriter out{buffer};
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    if (i != 0) out << ':';
    out.hex(mac.bytes[i], 2);
  }
  InlineText<17> text;
  (void)text.assign(out.text());  // fits: both have the size of a MAC address
  return text;
}

}  // namespace isboot
