#pragma once

#include <array>

#include "core/base/text.h"

namespace isboot {

// An IPv4 or IPv6 address in the 16 bytes that the iBFT and RFC 4291 use, network
// order; IPv4 is ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);

  bool is_v4() const;
  // Both ways of saying "none": all zeros (iPXE) and ::ffff:0.0.0.0 (EDK2).
  bool is_absent() const;
  bool is_link_local() const;  // fe80::/10, 169.254.0.0/16
  bool is_multicast() const;
  bool is_loopback() const;
  // 240.0.0.0/4 (RFC 1112 section 4).
  bool is_reserved() const { return bytes[12] >= 0xf0 && is_v4(); }
  // The four bytes of an IPv4 address, the sixteen of an IPv6 one.
  Bytes network_bytes() const;
  // Longest prefix: 32 or 128.
  std::uint8_t max_prefix() const { return is_v4() ? 32 : 128; }

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// Whether both are of one family and agree in their first `prefix` bits.
bool same_network(const IpAddress& a, const IpAddress& b, std::uint8_t prefix);

// Dotted decimal, or RFC 4291 section 2.2 (no scope, no brackets). Errc::BadValue
// with the offset of what is wrong.
Result<IpAddress> parse_ip(Text text);
// RFC 5952 form. Longest: 39 characters.
InlineText<39> to_text(const IpAddress& address);

struct Portal {
  IpAddress address;
  std::uint16_t port = 3260;
  friend bool operator==(const Portal&, const Portal&) = default;
};
// "10.0.2.2:3260", "[fd00::1]:3260"
InlineText<47> to_text(const Portal& portal);

}  // namespace isboot
