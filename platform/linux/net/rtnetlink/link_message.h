// What RTM_NEWLINK and RTM_DELLINK say about a link, and RTM_NEWADDR about an address.
// Source: linux/if_link.h, rtnetlink(7).
#pragma once

#include "core/boot/link_choice.h"

namespace isboot::linux_platform {

struct LinkState {
  boot::SeenLink seen;     // without its PCI address, which the message does not have
  bool ethernet = false;   // has a MAC that an iBFT could name; loopback has not
  bool running = false;    // up, carrier there, frames flow
  std::uint32_t mtu = 0;   // bytes
  LinkId parent;           // the link that a VLAN stands on
  std::uint16_t vlan = 0;  // VID of a VLAN, else 0
};

// `payload` is what is behind the message's header. Errc::Truncated, Errc::BadValue.
Result<LinkState> decode_link(Bytes payload);

// What RTM_NEWADDR says. Source: linux/if_addr.h.
struct LinkAddress {
  LinkId link;
  IpAddress address;
  std::uint8_t prefix = 0;  // bits
  bool usable = false;      // may be spoken from: known to be nobody else's, not temporary
  bool untried = false;     // is being tried out for duplicates, or one was found
};
Result<LinkAddress> decode_address(Bytes payload);

// What RTM_NEWROUTE says of a default route. Source: linux/rtnetlink.h.
struct DefaultRoute {
  LinkId link;  // none: the route is not a default one through a gateway
  IpAddress gateway;
};
Result<DefaultRoute> decode_default_route(Bytes payload);

}  // namespace isboot::linux_platform
