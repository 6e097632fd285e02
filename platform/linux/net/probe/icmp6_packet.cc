#include "platform/linux/net/probe/icmp6_packet.h"

#include "core/base/writer.h"
#include "platform/linux/net/probe/internet_checksum.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint8_t kIcmpV6 = 58;
constexpr std::uint8_t kHopLimit = 255;  // RFC 4861 section 6.1.1: less is ignored
constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kIcmpChecksumAt = kIpv6Header + 2;

// RFC 4443 section 2.3, over the pseudo-header of RFC 8200 section 8.1: both addresses (the
// header's last 32 bytes), the length and the protocol.
std::uint16_t checksum(Bytes packet) {
  const std::size_t length = packet.size() - kIpv6Header;
  return internet_checksum(packet.subspan(kIpv6Header - 32),
                           static_cast<std::uint32_t>(length) + kIcmpV6);
}

}  // namespace

Result<Bytes> write_icmp6(const IpAddress& to, Bytes message, MutableBytes out) {
  Writer packet{out};
  packet.be32(6U << 28).be16(static_cast<std::uint16_t>(message.size())).u8(kIcmpV6).u8(kHopLimit);
  packet.zeros(16).bytes(to.bytes).bytes(message);
  const MutableBytes whole = ISBOOT_TRY(packet.finish());
  Writer{whole.subspan(kIcmpChecksumAt)}.be16(checksum(whole));
  return Bytes{whole};
}

Result<Bytes> write_router_question(MutableBytes out) {
  // Type, code, checksum, reserved; from :: it has no option.
  constexpr std::array<std::uint8_t, 8> kMessage{kRouterSolicitation};
  return write_icmp6(kAllRouters, kMessage, out);
}

MacAddress multicast_mac(const IpAddress& group) {
  const auto& g = group.bytes;
  return {{0x33, 0x33, g[12], g[13], g[14], g[15]}};
}

}  // namespace isboot::linux_platform
