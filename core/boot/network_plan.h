// What has to be changed on a NIC so that a target can be reached through it: a pure
// function, so that `isboot plan` prints what `isboot boot` does, and every rule has a
// test. The rules and their sources: docs/network.md.
#pragma once

#include <optional>

#include "core/base/list.h"
#include "core/ports/network.h"

namespace isboot::boot {

// The interface that a change is made on.
enum class On : std::uint8_t { Nic, Vlan };

struct NetworkChange {
  enum class Kind : std::uint8_t {
    SetMtu,
    HeedAdvertisements,  // the kernel takes addresses and routes from IPv6 routers
    KeepApart,           // what comes and goes for this link's address does so by this link
    LinkUp,
    AddVlan,
    AddLinkLocal,  // the IPv6 address that the link's MAC gives
    AddAddress,
    AddRoute,
  };
  Kind kind = Kind::LinkUp;
  On on = On::Nic;
  std::uint32_t mtu = 0;    // SetMtu: bytes
  std::uint16_t vlan = 0;   // AddVlan: VID
  IpAddress address;        // AddAddress: ours; AddRoute: the destination
  std::uint8_t prefix = 0;  // AddAddress, AddRoute: bits
  IpAddress gateway;        // AddRoute; absent: the destination is on the link
  IpAddress source;         // AddRoute: preferred source; absent: the kernel's choice
};

// Something in the table that was decided one way although it could be read another.
// Static text.
using NetworkNote = const char*;

struct NetworkPlan {
  List<NetworkChange, 10> changes;  // in the order in which they must be made
  List<NetworkNote, 4> notes;
  // They do not lead to the target yet: an advertisement has to come, and then
  // plan_advertised() says the rest.
  bool awaits_advertisement = false;
};

// What the kernel has taken from the advertisements of IPv6 routers.
struct Advertised {
  IpAddress address;        // usable, not link-local; absent: none yet
  std::uint8_t prefix = 0;  // bits
  IpAddress router;         // absent: none that has a default route for us
};

// Where `config` is the sum of the table and the parameters. A config without a target
// gets no route to one. Errc::BadValue: no plan can work; the text says why.
Result<NetworkPlan> plan_network(const LinkConfig& config);

// That text with what was to be planned: "address 224.0.0.1/24, VLAN 0, target 10.0.2.2: the NIC's
// address is not one that a NIC can have".
using NetworkFaultText = InlineText<256>;
NetworkFaultText fault_text(const LinkConfig& config, const Error& error);

// The rest of a plan that awaits an advertisement; nothing as long as `seen` does not lead to
// the target. The addresses and the default route are the kernel's, which renews them; the
// route to the target is ours, as ever.
std::optional<NetworkPlan> plan_advertised(const LinkConfig& config, const Advertised& seen);

// "address 10.0.2.15/24", "route to 10.9.0.1/32 via 10.0.2.2", "VLAN 42", "MTU 9000", "up"
using ChangeText = InlineText<128>;
ChangeText to_text(const NetworkChange& change);

}  // namespace isboot::boot
