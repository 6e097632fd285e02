// One rtnetlink conversation: what the kernel says, one event at a time, whether we
// asked for it or it happened. Blocks until a deadline; nothing allocates.
#pragma once

#include <array>
#include <optional>

#include "core/boot/network_plan.h"
#include "platform/linux/net/rtnetlink/link_message.h"
#include "platform/linux/net/rtnetlink/listing.h"
#include "platform/linux/netlink/message_reader.h"
#include "platform/linux/netlink/socket.h"

namespace isboot::linux_platform {

struct RouteEvent {
  enum class Kind : std::uint8_t {
    LinkChanged,    // or is new, or was asked for: `link`
    LinkGone,       // `link`
    AddressListed,  // asked for, or new: `address`
    RouteListed,    // a default route, asked for or new: `route`
    AllListed,      // the answer to the last list_…() is complete
    ListedAgain,    // it changed while it was read: nothing of it counts, it comes once more
    Answered,       // a request was carried out or refused: `answer`
    Overrun,        // events were lost: ask for the links again
  };
  Kind kind = Kind::LinkChanged;
  LinkState link;
  LinkAddress address;
  DefaultRoute route;
  std::uint32_t sequence = 0;  // of the request that it answers; 0: not ours
  netlink::Answer answer;      // its reason lives until the next call
};

// Stays where it is made: what next() returns borrows from it. One of the open…() comes first.
class RouteSocket {
public:
  explicit RouteSocket(Clock& clock) : clock_{clock} {}
  RouteSocket(const RouteSocket&) = delete;
  RouteSocket& operator=(const RouteSocket&) = delete;

  // Sees every change of a link from here on.
  Result<Done> open();
  // Sees new IPv6 addresses and routes, and not those of links.
  Result<Done> open_for_advertisements();
  bool is_open() const { return socket_.has_value(); }

  // A list that is asked for before the one before it was complete takes its place. What comes
  // is of the last one alone.
  Result<Done> list_links();
  // Of all links, those of the family of `like`.
  Result<Done> list_addresses(const IpAddress& like);
  // Those of IPv6.
  Result<Done> list_routes();

  // Sends the changes as one batch, and asks how `link` is then. Change i gets the
  // sequence number that is returned, plus i. Errc::NoSpace: too many changes.
  Result<std::uint32_t> request(std::span<const boot::NetworkChange> changes,
                                const boot::SeenLink& link);

  // Takes an IPv6 address away. The answer's number is no other request's.
  Result<Done> remove_address(const LinkAddress& address);

  // Errors: Errc::TimedOut at the deadline, the errno of the socket; when the kernel gives no
  // list, what it says, at once.
  Result<RouteEvent> next(Millis deadline);

private:
  enum class Listed : std::uint8_t { Links, Ipv4Addresses, Ipv6Addresses, Ipv6Routes };
  Result<Done> list(Listed what);
  Result<Done> ask_for_list();
  Result<std::optional<RouteEvent>> take(const netlink::Message& message);

  Clock& clock_;
  std::optional<netlink::Socket> socket_;
  std::uint32_t sequence_ = 1;  // of the next request; events of the kernel have 0
  Listed listed_ = Listed::Links;
  Listing listing_;
  netlink::MessageReader pending_{Bytes{}};
  // The kernel fills dumps by up to 32 KiB at a time (netlink(7) recommends 8 KiB or more). Not
  // set to zeros: that would touch eight pages, of which answers mostly need one.
  std::array<std::uint8_t, 32768> received_;
};

}  // namespace isboot::linux_platform
