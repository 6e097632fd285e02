#include "platform/linux/net/probe/address_probe.h"

#include <cstring>

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "platform/linux/net/probe/icmp6_packet.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint16_t kEthernet = 1;
constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kArpRequest = 1;
constexpr std::uint8_t kSolicitation = 135;
constexpr std::uint8_t kAdvertisement = 136;
constexpr std::uint8_t kTargetLinkAddress = 2;  // the option's type; lengths count by 8 bytes

Result<IpAddress> read_v4(Reader& in) {
  const Bytes bytes = ISBOOT_TRY(in.bytes(4));
  return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

Result<MacAddress> read_mac(Reader& in) {
  MacAddress mac;
  const Bytes bytes = ISBOOT_TRY(in.bytes(mac.bytes.size()));
  std::memcpy(mac.bytes.data(), bytes.data(), bytes.size());
  return mac;
}

// ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1)
IpAddress solicited_node(const IpAddress& address) {
  const auto& a = address.bytes;
  return IpAddress{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, a[13], a[14], a[15]}};
}

Result<Claim> claim_of_arp(Bytes packet) {
  Reader in{packet};
  const std::uint16_t link = ISBOOT_TRY(in.be16());
  const std::uint16_t protocol = ISBOOT_TRY(in.be16());
  const std::uint16_t sizes = ISBOOT_TRY(in.be16());
  if (link != kEthernet || protocol != kIpv4 || sizes != 0x0604)
    return Error{Errc::Unsupported, 0, "not ARP for IPv4 on Ethernet"};
  ISBOOT_TRY(in.be16());  // a question or an answer: both say who sends
  Claim claim;
  claim.mac = ISBOOT_TRY(read_mac(in));
  claim.address = ISBOOT_TRY(read_v4(in));
  return claim;
}

Result<Claim> claim_of_advertisement(Bytes message) {
  Reader in{message};
  if (ISBOOT_TRY(in.u8()) != kAdvertisement)
    return Error{Errc::Unsupported, 0, "no neighbour advertisement"};
  ISBOOT_TRY(in.skip(7));  // code, checksum, flags
  Claim claim;
  const Bytes address = ISBOOT_TRY(in.bytes(claim.address.bytes.size()));
  std::memcpy(claim.address.bytes.data(), address.data(), address.size());
  while (in.remaining() >= 8) {
    const std::uint8_t type = ISBOOT_TRY(in.u8());
    const std::size_t size = std::size_t{ISBOOT_TRY(in.u8())} * 8;
    if (size == 0) return Error{Errc::BadValue, 0, "an option of length 0"};
    Reader option{ISBOOT_TRY(in.bytes(size - 2))};
    if (type == kTargetLinkAddress) claim.mac = ISBOOT_TRY(read_mac(option));
  }
  return claim;
}

}  // namespace

Result<Bytes> write_arp_probe(const MacAddress& ours, const IpAddress& address, MutableBytes out) {
  Writer packet{out};
  packet.be16(kEthernet).be16(kIpv4).u8(6).u8(4).be16(kArpRequest);
  // From nobody: the question must not put our address into anybody's table.
  packet.bytes(ours.bytes).be32(0).zeros(6).bytes(address.network_bytes());
  return Bytes{ISBOOT_TRY(packet.finish())};
}

Result<Bytes> write_neighbour_probe(const IpAddress& address, MutableBytes out) {
  std::array<std::uint8_t, 24> buffer{};
  Writer message{buffer};
  message.u8(kSolicitation).u8(0).be16(0).be32(0).bytes(address.bytes);
  return write_icmp6(solicited_node(address), ISBOOT_TRY(message.finish()), out);
}

MacAddress neighbour_group(const IpAddress& address) {
  return multicast_mac(solicited_node(address));
}

std::optional<Claim> read_arp(Bytes packet) {
  const auto claim = claim_of_arp(packet);
  if (!claim || claim->address.is_absent()) return std::nullopt;
  return *claim;
}

std::optional<Claim> read_neighbour_advertisement(Bytes message) {
  const auto claim = claim_of_advertisement(message);
  if (!claim) return std::nullopt;
  return *claim;
}

}  // namespace isboot::linux_platform
