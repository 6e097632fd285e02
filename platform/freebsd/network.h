// The NIC: found by what the table says of it, brought up, marked for rc(8).
#pragma once

#include "core/boot/link_choice.h"
#include "core/boot/network_plan.h"
#include "core/ports/network.h"
#include "platform/freebsd/kernel.h"
#include "platform/freebsd/ports.h"

namespace isboot::freebsd {

using InterfaceName = LinkName;

class KernelNetwork final : public Network {
public:
  KernelNetwork(KernelClock& clock, KernelLog& log) : clock_{clock}, log_{log} {}

  Result<LinkId> find_link(const WantedLink& wanted, Millis deadline) override;
  Result<LinkId> configure(LinkId link, const LinkConfig& config, Millis deadline) override;
  Result<Done> wait_ready(Millis deadline) override;
  // After a loss: what configure() has set up and somebody took away since (an address, routes, a
  // VLAN, the whole NIC for a while) is set up again; what is there stays as it is.
  Result<LinkId> restore(const NicSetup& setup, Millis deadline);
  // While the session lives: an address and routes that somebody took away. dhclient(8) sets its
  // address anew, which takes the routes along, and route(8), which it starts for them, is on the
  // disk.
  void put_back();
  // Nothing to say: the kernel does ("arp: … is using my IP address").
  void tell_conflict() override {}

  // The interface that has the address, once it is ready.
  Text interface() const { return interface_; }

private:
  static constexpr std::size_t kMaxLinks = 64;

  std::span<const isboot_link> links();
  Result<isboot_link> link(LinkId id);
  Result<Done> wait_for_carrier(Millis deadline);
  // Errc::TimedOut: no router has advertised an address. One that is had already needs none.
  Result<Done> wait_for_router(Millis deadline);
  bool ask_for_routers();
  // One change on `on`; a VLAN becomes the `on` of what follows.
  Result<Done> make(const boot::NetworkChange& change, isboot_link& on);
  void mark();
  Result<Done> wait_marked(Millis deadline);
  void log_up();
  void log_missing(const WantedLink& wanted);

  KernelClock& clock_;
  KernelLog& log_;
  InterfaceName interface_;
  // What configure() has carried out, on which NIC, and the interface that has the address.
  boot::NetworkPlan plan_;
  bool has_address_ = false;  // without any router
  isboot_link nic_{};
  isboot_link up_{};
  std::array<isboot_link, kMaxLinks> links_{};
  std::array<boot::SeenLink, kMaxLinks> seen_{};
};

}  // namespace isboot::freebsd
