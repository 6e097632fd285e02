// Which of the links that a machine has is the NIC that the table names: a pure
// function over what the platform sees. The rules and their reasons: docs/network.md.
#pragma once

#include <optional>

#include "core/base/list.h"
#include "core/ports/network.h"

namespace isboot::boot {

// Where a link comes from. The order is the order of preference.
enum class LinkOrigin : std::uint8_t {
  Hardware,  // a driver's own device
  Virtual,   // made by software, stands on its own (veth, dummy)
  Stacked,   // on top of other links (bridge, bond, VLAN, macvlan)
};

struct SeenLink {
  LinkId id;
  LinkName name;
  MacAddress mac;            // in use now
  MacAddress permanent_mac;  // burnt in; all zeros: the platform does not tell
  LinkOrigin origin = LinkOrigin::Hardware;
  LinkId master;  // the bridge, bond or synthetic NIC that it is a port of; 0: none
  // As the iBFT packs it (bus 8 bits, device 5, function 3); none: not on PCI or unknown.
  std::optional<std::uint16_t> pci;
  bool up = false;
  bool carrier = false;  // known only of a link that is up
};

bool matches(const SeenLink& link, const WantedLink& wanted);

struct LinkChoice {
  std::size_t index = 0;    // into the links given
  const char* reason = "";  // static; why this one
};

// Nothing when no link matches. `links` may hold others too.
std::optional<LinkChoice> choose_link(std::span<const SeenLink> links, const WantedLink& wanted);

}  // namespace isboot::boot
