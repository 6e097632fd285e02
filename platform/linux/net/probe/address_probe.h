// Asks a link whether somebody else has an address, and reads the answers: ARP for IPv4
// (RFC 826; as a probe, RFC 5227 section 2.1.1), neighbour discovery for IPv6 (RFC 4861
// sections 4.3 and 4.4; as for duplicate address detection, RFC 4862 section 5.4.2).
// All fields big-endian. The link's own header is the kernel's part.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/ip_address.h"
#include "core/base/mac_address.h"
#include "core/base/result.h"

namespace isboot::linux_platform {

inline constexpr std::size_t kMaxAddressProbe = 64;

// Who says that an address is its own.
struct Claim {
  IpAddress address;
  MacAddress mac;  // all zeros: not said
};

// The question, into `out` of kMaxAddressProbe bytes: an ARP packet, or an IPv6 packet.
Result<Bytes> write_arp_probe(const MacAddress& ours, const IpAddress& address, MutableBytes out);
Result<Bytes> write_neighbour_probe(const IpAddress& address, MutableBytes out);
// Where the second goes: the multicast MAC of the address's group (RFC 2464 section 7).
MacAddress neighbour_group(const IpAddress& address);

// Nothing when the packet claims no address. An ARP question claims its asker's.
std::optional<Claim> read_arp(Bytes packet);
// `message`: ICMPv6, without the IPv6 header.
std::optional<Claim> read_neighbour_advertisement(Bytes message);

}  // namespace isboot::linux_platform
