#pragma once

#include <optional>

#include "core/base/ip_address.h"
#include "core/base/mac_address.h"
#include "core/ports/clock.h"

namespace isboot {

// The platform's number of an interface (Linux: ifindex). 0 is none.
struct LinkId {
  std::uint32_t index = 0;
  friend bool operator==(LinkId, LinkId) = default;
};

// As the platform names interfaces: "eth0". Linux allows 15 letters, FreeBSD too.
using LinkName = InlineText<15>;

// Which NIC is wanted. A name wins over a MAC address; PCI only breaks ties.
struct WantedLink {
  WantedLink() = default;
  WantedLink(const MacAddress& wanted_mac) : mac{wanted_mac} {}  // NOLINT: a MAC says it all

  MacAddress mac;
  std::optional<std::uint16_t> pci;  // as the iBFT packs it: bus 8 bits, device 5, function 3
  LinkName name;                     // empty: any
};

// What a NIC must have so that `target` can be reached through it.
struct LinkConfig {
  IpAddress address;        // absent: none to set
  std::uint8_t prefix = 0;  // bits
  IpAddress gateway;        // absent: none
  IpAddress target;         // reached on-link when in the prefix, else through the gateway
  std::uint16_t vlan = 0;   // 802.1Q VID, 0: untagged
  std::uint32_t mtu = 0;    // bytes, 0: as it is
  // What is absent of address and gateway comes by an IPv6 router advertisement.
  bool advertised = false;
  // Another NIC is in the same subnet or leads to the same target: nothing of this one may
  // go through that one.
  bool apart = false;
};

// All that it takes to find a NIC and to set it up, once more if it has to be.
struct NicSetup {
  WantedLink nic;
  LinkConfig config;
};

// What the boot plan needs of the host's network. Calls block, never past `deadline`.
class Network {
public:
  // Waits for the link: its driver may still be probing. Errc::NotFound at the
  // deadline; the adapter has then logged which links there are.
  virtual Result<LinkId> find_link(const WantedLink& wanted, Millis deadline) = 0;
  // Brings the link up with `config`, and does not wait for what takes the hardware or a
  // router its time; calling again is harmless. Returns the link that carries the address
  // (a VLAN's, if there is one).
  virtual Result<LinkId> configure(LinkId link, const LinkConfig& config, Millis deadline) = 0;
  // After configure(): waits until frames flow and what routers advertise is there.
  // Errc::TimedOut when no carrier, or no advertisement, appeared.
  virtual Result<Done> wait_ready(Millis deadline) = 0;
  // Says in the log, once, that another host has the address that configure() has set, if
  // that has been noticed by now. Never blocks.
  virtual void tell_conflict() = 0;

protected:
  ~Network() = default;
};

}  // namespace isboot
