#include "core/base/ip_address.h"

#include <algorithm>

namespace isboot {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Parses "a.b.c.d" at `start`, to the end of the text.
Result<IpAddress> parse_v4(Text text, std::uint32_t start) {
  std::array<std::uint8_t, 4> octets{};
  std::uint32_t at = start;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint32_t value = 0;
    const std::uint32_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      value = value * 10 + static_cast<std::uint32_t>(text[at] - '0');
      if (value > 255) return Error{Errc::BadValue, first, "IPv4 address: above 255"};
    }
    if (at == first) return Error{Errc::BadValue, at, "IPv4 address: a number is missing"};
    // Some parsers read 010 as eight: refuse what can be misread.
    if (at - first > 1 && text[first] == '0')
      return Error{Errc::BadValue, first, "IPv4 address: leading zero"};
    octets[i] = static_cast<std::uint8_t>(value);
    if (i < 3) {
      if (at >= text.size() || text[at] != '.')
        return Error{Errc::BadValue, at, "IPv4 address: '.' expected"};
      ++at;
    }
  }
  if (at != text.size()) return Error{Errc::BadValue, at, "IPv4 address: text behind it"};
  return IpAddress::v4(octets[0], octets[1], octets[2], octets[3]);
}

// One hex group; moves `at` behind it.
Result<std::uint16_t> parse_group(Text text, std::uint32_t& at) {
  std::uint32_t value = 0;
  const std::uint32_t first = at;
  for (; at < text.size() && hex_digit(text[at]) >= 0; ++at) {
    if (at - first == 4) return Error{Errc::BadValue, at, "IPv6 address: group is too long"};
    value = value * 16 + static_cast<std::uint32_t>(hex_digit(text[at]));
  }
  if (at == first) return Error{Errc::BadValue, at, "IPv6 address: a group is missing"};
  return static_cast<std::uint16_t>(value);
}

bool v4_starts_at(Text text, std::uint32_t at) {
  const Text rest = part_of(text, at);
  return position_of(rest, '.') != Text::npos && position_of(rest, ':') == Text::npos;
}

Result<IpAddress> parse_v6(Text text) {
  IpAddress address;
  std::size_t filled = 0;      // bytes
  std::size_t gap = SIZE_MAX;  // where "::" stands, in bytes
  std::uint32_t at = 0;
  if (text.starts_with("::")) {
    gap = 0;
    at = 2;
  }
  while (at < text.size()) {
    if (v4_starts_at(text, at) && filled <= 12) {
      const IpAddress tail = ISBOOT_TRY(parse_v4(text, at));
      for (std::size_t i = 0; i < 4; ++i) address.bytes[filled++] = tail.bytes[12 + i];
      break;
    }
    if (filled == 16) return Error{Errc::BadValue, at, "IPv6 address: too many groups"};
    const std::uint16_t group = ISBOOT_TRY(parse_group(text, at));
    address.bytes[filled++] = static_cast<std::uint8_t>(group >> 8);
    address.bytes[filled++] = static_cast<std::uint8_t>(group);
    if (at == text.size()) break;
    if (text[at] != ':') return Error{Errc::BadValue, at, "IPv6 address: ':' expected"};
    ++at;
    if (at < text.size() && text[at] == ':') {
      if (gap != SIZE_MAX) return Error{Errc::BadValue, at, "IPv6 address: second '::'"};
      gap = filled;
      ++at;
    } else if (at == text.size()) {
      return Error{Errc::BadValue, at, "IPv6 address: a group is missing"};
    }
  }
  if (gap == SIZE_MAX) {
    if (filled != 16) return Error{Errc::BadValue, at, "IPv6 address: too few groups"};
    return address;
  }
  if (filled == 16) return Error{Errc::BadValue, at, "IPv6 address: '::' stands for nothing"};
  // What stood behind the "::" belongs at the end.
  IpAddress spread;
  for (std::size_t i = 0; i < gap; ++i) spread.bytes[i] = address.bytes[i];
  for (std::size_t i = gap; i < filled; ++i) spread.bytes[16 - filled + i] = address.bytes[i];
  return spread;
}

// The longest run of zero groups, at least two (RFC 5952 section 4.2).
struct ZeroRun {
  std::size_t start = 8;
  std::size_t length = 1;
};
ZeroRun longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  ZeroRun best;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best.length) best = {i, length};
  }
  return best;
}

}  // namespace

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  IpAddress address;
  for (std::size_t i = 0; i < kV4Prefix.size(); ++i) address.bytes[i] = kV4Prefix[i];
  address.bytes[12] = a;
  address.bytes[13] = b;
  address.bytes[14] = c;
  address.bytes[15] = d;
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

bool IpAddress::is_absent() const {
  return *this == IpAddress{} || *this == IpAddress::v4(0, 0, 0, 0);
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes[12] == 169 && bytes[13] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool IpAddress::is_multicast() const {
  return is_v4() ? (bytes[12] & 0xf0) == 0xe0 : bytes[0] == 0xff;
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  IpAddress loopback;
  loopback.bytes[15] = 1;
  return *this == loopback;
}

Bytes IpAddress::network_bytes() const { return is_v4() ? Bytes{bytes}.subspan(12) : Bytes{bytes}; }

bool same_network(const IpAddress& a, const IpAddress& b, std::uint8_t prefix) {
  if (a.is_v4() != b.is_v4() || prefix > a.max_prefix()) return false;
  const Bytes left = a.network_bytes();
  const Bytes right = b.network_bytes();
  for (std::size_t bit = 0; bit < prefix; bit += 8) {
    const std::size_t kept = prefix - bit < 8 ? prefix - bit : 8;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - kept));
    if (((left[bit / 8] ^ right[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

Result<IpAddress> parse_ip(Text text) {
  return position_of(text, ':') == Text::npos ? parse_v4(text, 0) : parse_v6(text);
}

InlineText<39> to_text(const IpAddress& address) {
  std::array<char, 39> buffer{};
  TextWriter out{buffer};
  if (address.is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      if (i != 12) out << '.';
      out.decimal(address.bytes[i]);
    }
  } else {
    std::array<std::uint16_t, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i)
      groups[i] = static_cast<std::uint16_t>(address.bytes[2 * i] << 8 | address.bytes[2 * i + 1]);
    const ZeroRun zeros = longest_zero_run(groups);
    for (std::size_t i = 0; i < 8;) {
      if (i == zeros.start) {
        out << "::";
        i += zeros.length;
        continue;
      }
      if (i != 0 && i != zeros.start + zeros.length) out << ':';
      out.hex(groups[i++]);
    }
  }
  InlineText<39> text;
  (void)text.assign(out.text());  // fits: 39 is the longest form
  return text;
}

InlineText<47> to_text(const Portal& portal) {
  std::array<char, 47> buffer{};
  TextWriter out{buffer};
  if (portal.address.is_v4())
    out << to_text(portal.address);
  else
    out << '[' << to_text(portal.address) << ']';
  out << ':';
  out.decimal(portal.port);
  InlineText<47> text;
  (void)text.assign(out.text());  // fits: 39 + 2 + 1 + 5
  return text;
}

}  // namespace isboot
