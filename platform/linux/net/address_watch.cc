#include "platform/linux/net/address_watch.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr MacAddress kEverybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
// On a busy link much is heard that is not for us; the answer comes early.
constexpr int kMaxHeard = 64;

Error failed(const char* text) { return system_error(errno, text); }

sockaddr_ll place_of(const LinkState& link, std::uint16_t protocol) {
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(protocol);
  place.sll_ifindex = static_cast<int>(link.seen.id.index);
  return place;
}

Result<Done> send_probe(int socket, const LinkState& link, std::uint16_t protocol,
                        const MacAddress& to, Bytes packet) {
  sockaddr_ll place = place_of(link, protocol);
  place.sll_halen = ETH_ALEN;
  std::memcpy(place.sll_addr, to.bytes.data(), to.bytes.size());
  if (sendto(socket, packet.data(), packet.size(), MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&place), sizeof place) < 0)
    return failed("asking for hosts with our address");
  return Done{};
}

Result<UniqueFd> ask_by_arp(const LinkState& link, const IpAddress& address) {
  std::array<std::uint8_t, kMaxAddressProbe> buffer{};
  const Bytes packet = ISBOOT_TRY(write_arp_probe(link.seen.mac, address, buffer));
  // Protocol 0: nothing is heard before it is bound to the link.
  UniqueFd socket{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const sockaddr_ll place = place_of(link, ETH_P_ARP);
  if (!socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0)
    return failed("listening for hosts with our address");
  ISBOOT_TRY(send_probe(socket.get(), link, ETH_P_ARP, kEverybody, packet));
  return socket;
}

// The answer goes to all nodes, and is heard by a socket that hears nothing else.
Result<UniqueFd> ask_by_solicitation(const LinkState& link, const IpAddress& address) {
  UniqueFd heard{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6)};
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
  const LinkName& name = link.seen.name;
  const Text text = name;
  if (!heard ||
      setsockopt(heard.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0 ||
      setsockopt(heard.get(), SOL_SOCKET, SO_BINDTODEVICE, text.data(),
                 static_cast<socklen_t>(text.size())) != 0)
    return failed("listening for hosts with our address");
  std::array<std::uint8_t, kMaxAddressProbe> buffer{};
  const Bytes packet = ISBOOT_TRY(write_neighbour_probe(address, buffer));
  // From no address at all, which only a packet of our own making can be.
  const UniqueFd asks{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!asks) return failed("asking for hosts with our address");
  ISBOOT_TRY(send_probe(asks.get(), link, ETH_P_IPV6, neighbour_group(address), packet));
  return heard;
}

}  // namespace

Result<AddressWatch> AddressWatch::open(const LinkState& link, const IpAddress& address) {
  UniqueFd socket =
      ISBOOT_TRY(address.is_v4() ? ask_by_arp(link, address) : ask_by_solicitation(link, address));
  return AddressWatch{std::move(socket), address};
}

std::optional<Claim> AddressWatch::next() {
  std::array<std::uint8_t, 256> buffer;
  for (int i = 0; i < kMaxHeard; ++i) {
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    const Bytes heard = Bytes{buffer}.first(static_cast<std::size_t>(size));
    const auto claim = address_.is_v4() ? read_arp(heard) : read_neighbour_advertisement(heard);
    if (claim && claim->address == address_) return claim;
  }
  return std::nullopt;
}

}  // namespace isboot::linux_platform
