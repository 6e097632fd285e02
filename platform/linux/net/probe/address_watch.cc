#include "platform/linux/net/probe/address_watch.h"

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

sockaddr_ll place_of(LinkId link, std::uint16_t protocol) {
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(protocol);
  place.sll_ifindex = static_cast<int>(link.index);
  return place;
}

Result<Done> hear_arp(int socket, LinkId link) {
  const sockaddr_ll place = place_of(link, ETH_P_ARP);
  if (bind(socket, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0)
    return failed("listening for hosts with our address");
  return Done{};
}

}  // namespace

Result<AddressWatch> AddressWatch::open(const LinkState& link, const IpAddress& address) {
  AddressWatch watch{link, address};
  // Protocol 0: it hears nothing as long as it is not bound.
  watch.asking_.reset(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!watch.asking_) return failed("asking for hosts with our address");
  ISBOOT_TRY(address.is_v4() ? hear_arp(watch.asking_.get(), link.seen.id)
                             : watch.hear(link.seen.name));
  ISBOOT_TRY(watch.ask());
  return watch;
}

// The answer goes to all nodes; this socket hears it and nothing else.
Result<Done> AddressWatch::hear(Text link_name) {
  hearing_.reset(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
  const int socket = hearing_.get();
  if (!hearing_ || setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0 ||
      setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, link_name.data(),
                 static_cast<socklen_t>(link_name.size())) != 0)
    return failed("listening for hosts with our address");
  return Done{};
}

// In IPv6 from no address at all, which only a packet of our own making can be.
Result<Done> AddressWatch::ask() {
  const bool v4 = address_.is_v4();
  std::array<std::uint8_t, kMaxAddressProbe> buffer{};
  const Bytes packet = ISBOOT_TRY(v4 ? write_arp_probe(mac_, address_, buffer)
                                     : write_neighbour_probe(address_, buffer));
  const MacAddress to = v4 ? kEverybody : neighbour_group(address_);
  sockaddr_ll place = place_of(link_, v4 ? ETH_P_ARP : ETH_P_IPV6);
  place.sll_halen = ETH_ALEN;
  std::memcpy(place.sll_addr, to.bytes.data(), to.bytes.size());
  if (sendto(asking_.get(), packet.data(), packet.size(), MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&place), sizeof place) < 0)
    return failed("asking for hosts with our address");
  return Done{};
}

std::optional<Claim> AddressWatch::next() {
  const int socket = address_.is_v4() ? asking_.get() : hearing_.get();
  std::array<std::uint8_t, 256> buffer;
  for (int i = 0; i < kMaxHeard; ++i) {
    const ssize_t size = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    const Bytes heard = Bytes{buffer}.first(static_cast<std::size_t>(size));
    const auto claim = address_.is_v4() ? read_arp(heard) : read_neighbour_advertisement(heard);
    if (claim && claim->address == address_) return claim;
  }
  return std::nullopt;
}

}  // namespace isboot::linux_platform
