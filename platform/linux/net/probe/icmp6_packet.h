// ICMPv6 messages of our own making, from no address at all: what is asked before a link has an
// address. All fields big-endian. The link's own header is the kernel's part.
#pragma once

#include "core/base/bytes.h"
#include "core/base/ip_address.h"
#include "core/base/mac_address.h"
#include "core/base/result.h"

namespace isboot::linux_platform {

inline constexpr std::size_t kMaxIcmp6Packet = 64;

// An IPv6 packet from :: to the group `to`, with `message` (RFC 4443 section 2.1), whose checksum
// it fills in, into `out` of kMaxIcmp6Packet bytes.
Result<Bytes> write_icmp6(const IpAddress& to, Bytes message, MutableBytes out);

// Asks for routers (RFC 4861 section 4.1), into `out` of kMaxIcmp6Packet bytes.
Result<Bytes> write_router_question(MutableBytes out);
inline constexpr IpAddress kAllRouters{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};

// Where a packet to an IPv6 group goes (RFC 2464 section 7).
MacAddress multicast_mac(const IpAddress& group);

}  // namespace isboot::linux_platform
