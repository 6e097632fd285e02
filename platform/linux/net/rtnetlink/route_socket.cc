#include "platform/linux/net/rtnetlink/route_socket.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "platform/linux/net/rtnetlink/requests.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

using netlink::Message;
using netlink::MessageReader;
using netlink::MessageWriter;

Result<Done> RouteSocket::open() {
  socket_.emplace(ISBOOT_TRY(netlink::Socket::open({NETLINK_ROUTE, RTMGRP_LINK})));
  return Done{};
}

Result<Done> RouteSocket::open_for_advertisements() {
  socket_.emplace(
      ISBOOT_TRY(netlink::Socket::open({NETLINK_ROUTE, RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE})));
  return Done{};
}

Result<Done> RouteSocket::list_links() { return list(Listed::Links); }

Result<Done> RouteSocket::list_addresses(const IpAddress& like) {
  return list(like.is_v4() ? Listed::Ipv4Addresses : Listed::Ipv6Addresses);
}

Result<Done> RouteSocket::list_routes() { return list(Listed::Ipv6Routes); }

Result<Done> RouteSocket::list(Listed what) {
  listed_ = what;
  if (listing_.supersede()) return Done{};  // asked for at the end of the one that is under way
  return ask_for_list();
}

Result<Done> RouteSocket::ask_for_list() {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  const std::uint32_t sequence = sequence_++;
  switch (listed_) {
    case Listed::Links:
      request_all_links(out, sequence);
      break;
    case Listed::Ipv4Addresses:
      request_addresses(out, sequence, AF_INET);
      break;
    case Listed::Ipv6Addresses:
      request_addresses(out, sequence, AF_INET6);
      break;
    case Listed::Ipv6Routes:
      request_routes(out, sequence, AF_INET6);
      break;
  }
  ISBOOT_TRY(socket_->send(ISBOOT_TRY(out.finish())));
  listing_.begin(socket_->port(), sequence);
  return Done{};
}

Result<std::uint32_t> RouteSocket::request(std::span<const boot::NetworkChange> changes,
                                           const boot::SeenLink& link) {
  std::array<std::uint8_t, 2048> buffer{};
  MessageWriter out{buffer};
  const std::uint32_t first = sequence_;
  for (const boot::NetworkChange& change : changes) request_change(out, sequence_++, link, change);
  request_link(out, sequence_++, link.id);
  ISBOOT_TRY(socket_->send(ISBOOT_TRY(out.finish())));
  return first;
}

Result<Done> RouteSocket::remove_address(const LinkAddress& address) {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  request_no_address(out, sequence_++, address.link, address.address, address.prefix);
  return socket_->send(ISBOOT_TRY(out.finish()));
}

namespace {

// A bridge also tells of its ports in messages of these types, with its own family: a
// port that leaves it is "gone" there, and still a link.
bool is_about_the_link(const Message& message) {
  return !message.payload.empty() && message.payload[0] == AF_UNSPEC;
}

Result<std::optional<RouteEvent>> event_of(const Message& message) {
  RouteEvent event;
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      if (!is_about_the_link(message)) return std::optional<RouteEvent>{};
      if (message.type == RTM_DELLINK) event.kind = RouteEvent::Kind::LinkGone;
      event.link = ISBOOT_TRY(decode_link(message.payload));
      return std::optional{event};
    case RTM_NEWADDR:
      event.kind = RouteEvent::Kind::AddressListed;
      event.address = ISBOOT_TRY(decode_address(message.payload));
      return std::optional{event};
    case RTM_NEWROUTE:
      event.kind = RouteEvent::Kind::RouteListed;
      event.route = ISBOOT_TRY(decode_default_route(message.payload));
      return std::optional{event};
    case NLMSG_ERROR:
      event.kind = RouteEvent::Kind::Answered;
      event.answer = ISBOOT_TRY(netlink::read_answer(message));
      return std::optional{event};
    default:
      return std::optional<RouteEvent>{};
  }
}

}  // namespace

Result<std::optional<RouteEvent>> RouteSocket::take(const Message& message) {
  RouteEvent event;
  switch (ISBOOT_TRY(listing_.take(message))) {
    case Listing::Part::Stale:
      return std::optional<RouteEvent>{};
    case Listing::Part::Complete:
      event.kind = RouteEvent::Kind::AllListed;
      return std::optional{event};
    case Listing::Part::AskAgain:
      ISBOOT_TRY(ask_for_list());
      event.kind = RouteEvent::Kind::ListedAgain;
      return std::optional{event};
    case Listing::Part::Entry:
    case Listing::Part::Other:
      break;
  }
  auto taken = ISBOOT_TRY(event_of(message));
  if (taken && message.port == socket_->port()) taken->sequence = message.sequence;
  return taken;
}

Result<RouteEvent> RouteSocket::next(Millis deadline) {
  for (;;) {
    const auto message = pending_.next();
    if (!message) {  // nothing behind it can be found
      pending_ = MessageReader{Bytes{}};
      listing_.spoil();
      return message.error();
    }
    if (*message) {
      if (const auto event = ISBOOT_TRY(take(**message))) return *event;
      continue;
    }
    const auto datagram = socket_->receive(received_, clock_, deadline);
    if (datagram) {
      pending_ = MessageReader{*datagram};
      continue;
    }
    // Both mean that something was lost, and that asking again mends it.
    if (errno_of(datagram.error().code) == ENOBUFS || datagram.error().code == Errc::NoSpace) {
      listing_.spoil();
      RouteEvent overrun;
      overrun.kind = RouteEvent::Kind::Overrun;
      return overrun;
    }
    return datagram.error();
  }
}

}  // namespace isboot::linux_platform
