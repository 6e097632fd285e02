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

Result<Done> RouteSocket::list_links() {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  request_all_links(out, sequence_++);
  return socket_->send(ISBOOT_TRY(out.finish()));
}

Result<Done> RouteSocket::list_addresses(const IpAddress& like) {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  request_addresses(out, sequence_++, like.is_v4() ? AF_INET : AF_INET6);
  return socket_->send(ISBOOT_TRY(out.finish()));
}

Result<Done> RouteSocket::list_routes() {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  request_routes(out, sequence_++, AF_INET6);
  return socket_->send(ISBOOT_TRY(out.finish()));
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

namespace {

// A bridge also tells of its ports in messages of these types, with its own family: a
// port that leaves it is "gone" there, and still a link.
bool is_about_the_link(const Message& message) {
  return !message.payload.empty() && message.payload[0] == AF_UNSPEC;
}

Result<std::optional<RouteEvent>> event_of(const Message& message) {
  RouteEvent event;
  event.sequence = message.sequence;
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
    case NLMSG_DONE:
      event.kind = RouteEvent::Kind::AllListed;
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

Result<RouteEvent> RouteSocket::next(Millis deadline) {
  for (;;) {
    if (const auto message = ISBOOT_TRY(pending_.next())) {
      if (const auto event = ISBOOT_TRY(event_of(*message))) return *event;
      continue;
    }
    const auto datagram = socket_->receive(received_, clock_, deadline);
    if (datagram) {
      pending_ = MessageReader{*datagram};
      continue;
    }
    // Both mean that something was lost, and that asking again mends it.
    if (errno_of(datagram.error().code) == ENOBUFS || datagram.error().code == Errc::NoSpace) {
      RouteEvent overrun;
      overrun.kind = RouteEvent::Kind::Overrun;
      return overrun;
    }
    return datagram.error();
  }
}

}  // namespace isboot::linux_platform
