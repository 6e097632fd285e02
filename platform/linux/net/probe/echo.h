// ICMP echo, as the MTU probe needs it: one request out, its own reply recognised.
// Sources: RFC 792 ("Echo or Echo Reply Message"), RFC 4443 sections 4.1 and 4.2.
// Integers are in network byte order.
#pragma once

#include "core/base/ip_address.h"

namespace isboot::linux_platform {

// One echo request; what is in the reply must be the same.
struct Echo {
  bool v4 = true;
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  std::size_t packet_size = 0;  // bytes, with the IP header: what the MTU counts
};

inline constexpr std::size_t kV4HeaderSize = 20;  // without options
inline constexpr std::size_t kV6HeaderSize = 40;
inline constexpr std::size_t kEchoHeaderSize = 8;

// The ICMP message, without an IP header, in `buffer`. For IPv6 the checksum stays 0:
// the kernel fills it in. Errc::NoSpace; Errc::BadValue when the packet is too small.
Result<Bytes> write_echo(MutableBytes buffer, const Echo& echo);

// Whether `received`, from a raw socket, is the whole reply to `echo`. For IPv4 it starts
// with the IP header, for IPv6 with the ICMP message.
bool is_reply(Bytes received, const Echo& echo);

}  // namespace isboot::linux_platform
