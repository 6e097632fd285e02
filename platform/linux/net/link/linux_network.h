// The port Network over rtnetlink: finds the NIC, waiting for its driver by events
// and not by polling, and makes the changes that core/boot/network_plan.h lists.
// What is decided how: docs/network.md.
#pragma once

#include <optional>

#include "core/ports/log.h"
#include "platform/linux/net/link/link_changer.h"
#include "platform/linux/net/probe/address_watch.h"

namespace isboot::linux_platform {

// configure() needs CAP_NET_ADMIN. Every failure is logged with the NIC, the step and
// the kernel's reason. What was done before a failure stays: others may use it.
class LinuxNetwork final : public Network {
public:
  // Borrows both. Opens its socket at the first call.
  LinuxNetwork(Clock& clock, Log& log) : clock_{clock}, log_{log} {}

  Result<LinkId> find_link(const WantedLink& wanted, Millis deadline) override;
  Result<LinkId> configure(LinkId link, const LinkConfig& config, Millis deadline) override;
  Result<Done> wait_ready(Millis deadline) override;
  void tell_conflict() override;

private:
  void watch(const LinkState& link, const IpAddress& address);
  bool is_ours(const MacAddress& mac);
  Result<Done> open();
  Result<LinkState> make(const boot::NetworkPlan& plan, LinkId link, Millis deadline);
  Result<Done> make_rest(Millis deadline);
  Result<Done> prove_mtu(Millis deadline);

  Clock& clock_;
  Log& log_;
  RouteSocket socket_{clock_};
  // What configure() was asked for, what it made of it, and the link as it was then.
  LinkConfig config_;
  boot::NetworkPlan plan_;
  LinkState link_;
  std::optional<AddressWatch> watch_;
};

}  // namespace isboot::linux_platform
