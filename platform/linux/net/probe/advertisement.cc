#include "platform/linux/net/probe/advertisement.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "platform/linux/net/probe/icmp6_packet.h"
#include "platform/linux/net/rtnetlink/route_socket.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

// A router answers the kernel's question within half a second (RFC 4861 section 6.2.6); the
// first question may be lost at a switch whose port has just come up.
constexpr Millis kQuietWait = 3'000;
// RTR_SOLICITATION_INTERVAL of RFC 4861 section 10, and doubled each time as in RFC 7559.
constexpr Millis kAskAgain = 4'000;

// Takes in what one event says of `link`.
void take(const RouteEvent& event, LinkId link, boot::Advertised& seen) {
  if (event.kind == RouteEvent::Kind::AddressListed) {
    const LinkAddress& given = event.address;
    if (given.link != link || !given.usable || given.address.is_link_local()) return;
    seen.address = given.address;
    seen.prefix = given.prefix;
  } else if (event.kind == RouteEvent::Kind::RouteListed && event.route.link == link) {
    seen.router = event.route.gateway;
  }
}

Result<Done> take_list(RouteSocket& socket, LinkId link, boot::Advertised& seen, Millis limit) {
  const boot::Advertised before = seen;
  for (;;) {
    const RouteEvent event = ISBOOT_TRY(socket.next(limit));
    if (event.kind == RouteEvent::Kind::AllListed) return Done{};
    if (event.kind == RouteEvent::Kind::ListedAgain) seen = before;
    take(event, link, seen);
  }
}

// What there is now. Asked for each time: an event may be of something that went.
Result<boot::Advertised> look(RouteSocket& socket, LinkId link, Millis limit) {
  boot::Advertised seen;
  ISBOOT_TRY(socket.list_addresses(IpAddress{}));
  ISBOOT_TRY(take_list(socket, link, seen, limit));
  ISBOOT_TRY(socket.list_routes());
  ISBOOT_TRY(take_list(socket, link, seen, limit));
  return seen;
}

// The kernel asks once, when its own link-local address is there: not if it was told to make
// none, nor if the link was up before anybody listened. False: it cannot be asked.
bool ask_for_routers(LinkId link) {
  std::array<std::uint8_t, kMaxIcmp6Packet> buffer{};
  const auto packet = write_router_question(buffer);
  const UniqueFd socket{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!packet || !socket) return false;
  const MacAddress to = multicast_mac(kAllRouters);
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(ETH_P_IPV6);
  place.sll_ifindex = static_cast<int>(link.index);
  place.sll_halen = ETH_ALEN;
  std::memcpy(place.sll_addr, to.bytes.data(), to.bytes.size());
  return sendto(socket.get(), packet->data(), packet->size(), MSG_DONTWAIT,
                reinterpret_cast<const sockaddr*>(&place), sizeof place) >= 0;
}

void say(const LinkState& link, const LinkConfig& config, const boot::Advertised& seen, bool over,
         Log& log) {
  std::array<char, 192> line{};
  TextWriter out{line};
  out << link.seen.name << ": no IPv6 router has advertised ";
  if (config.address.is_absent() && seen.address.is_absent())
    out << "an address";
  else
    out << "a way to " << to_text(config.target);
  out << (over ? "; next: check the router, the VLAN, and the table's gateway" : " yet, waiting");
  log.write(over ? LogLevel::Error : LogLevel::Info, out.text());
}

}  // namespace

Result<boot::NetworkPlan> await_advertisement(const LinkState& link, const LinkConfig& config,
                                              Clock& clock, Log& log, Millis deadline) {
  RouteSocket socket{clock};
  ISBOOT_TRY(socket.open_for_advertisements());
  Millis quiet_until = clock.now() + kQuietWait;
  Millis ask_at = clock.now();
  Millis ask_again = kAskAgain;
  for (;;) {
    const boot::Advertised seen = ISBOOT_TRY(look(socket, link.seen.id, deadline));
    if (const auto rest = boot::plan_advertised(config, seen)) return *rest;
    if (clock.now() >= ask_at) {
      if (!ask_for_routers(link.seen.id))
        log.write(LogLevel::Detail, "routers are asked by the kernel alone");
      ask_at = clock.now() + std::exchange(ask_again, ask_again * 2);
    }
    const auto event = socket.next(std::min({deadline, quiet_until, ask_at}));
    if (event) continue;
    if (event.error().code != Errc::TimedOut) return event.error();
    const bool over = clock.now() >= deadline;
    if (!over && clock.now() < quiet_until) continue;
    say(link, config, seen, over, log);
    if (over) return Error{Errc::TimedOut, 0, "no router advertisement"};
    quiet_until = deadline;
  }
}

}  // namespace isboot::linux_platform
