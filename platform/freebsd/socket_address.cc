#include "platform/freebsd/socket_address.h"

#include "core/base/writer.h"

namespace isboot::freebsd {
namespace {

constexpr std::uint8_t kInet = 2;    // AF_INET
constexpr std::uint8_t kInet6 = 28;  // AF_INET6
constexpr std::uint8_t kInetSize = 16;
constexpr std::uint8_t kInet6Size = 28;

}  // namespace

SocketAddress SocketAddress::of(const Portal& portal, std::uint32_t scope) {
  SocketAddress made;
  Writer out{made.bytes_};
  if (portal.address.is_v4()) {
    out.u8(kInetSize).u8(kInet).be16(portal.port).bytes(portal.address.network_bytes());
    return made;
  }
  const bool scoped = portal.address.is_link_local() || portal.address.is_multicast();
  const std::uint32_t zone = scoped ? scope : 0;
  out.u8(kInet6Size).u8(kInet6).be16(portal.port).zeros(4).bytes(portal.address.bytes);
  std::memcpy(&made.bytes_[kInet6Size - sizeof zone], &zone, sizeof zone);  // host order
  return made;
}

SocketAddress SocketAddress::for_route(const IpAddress& address, std::uint32_t scope) {
  IpAddress embedded = address;
  if (!address.is_v4() && address.is_link_local()) {
    embedded.bytes[2] = static_cast<std::uint8_t>(scope >> 8);
    embedded.bytes[3] = static_cast<std::uint8_t>(scope);
  }
  return of({embedded, 0}, scope);
}

SocketAddress SocketAddress::mask(const IpAddress& like, std::uint8_t prefix) {
  IpAddress bits;
  const std::size_t first = like.is_v4() ? 12 : 0;
  if (like.is_v4()) bits.bytes[10] = bits.bytes[11] = 0xff;
  for (std::size_t i = 0; i < prefix; ++i)
    bits.bytes[first + i / 8] |= static_cast<std::uint8_t>(0x80U >> i % 8);
  return of({bits, 0}, 0);
}

}  // namespace isboot::freebsd
