// FreeBSD's struct sockaddr_in and sockaddr_in6 as the bytes that they are: inet(4), inet6(4).
// A part of the kernel's binary interface, the same in every release.
#pragma once

#include "core/base/ip_address.h"

namespace isboot::freebsd {

class SocketAddress {
public:
  // `scope`: the interface of a link-local or multicast address.
  static SocketAddress of(const Portal& portal, std::uint32_t scope);
  static SocketAddress of(const IpAddress& address) { return of({address, 0}, 0); }
  // For the routing table, where the kernel keeps the scope inside a link-local address
  // (inet6(4), "the second 16bit word").
  static SocketAddress for_route(const IpAddress& address, std::uint32_t scope);
  // A mask of `prefix` bits, of the family of `like`.
  static SocketAddress mask(const IpAddress& like, std::uint8_t prefix);

  const void* data() const { return bytes_.data(); }
  // The first byte: 16 or 28.
  Bytes bytes() const { return Bytes{bytes_}.first(bytes_[0]); }

private:
  alignas(8) std::array<std::uint8_t, 28> bytes_{};
};

}  // namespace isboot::freebsd
