// Sets the NIC of a session up once more, as the boot plan says, when the link, its address
// or its routes are gone: cable, `ip link set down`, a driver that was loaded again, resume.
// Whether, and on which link, core/boot/nic_turn.h decides; this looks, and carries out.
// For the keeper, behind its filter of system calls: nothing here allocates or waits for a
// carrier. Netlink does it all, but for two things that it cannot: the settings that heed
// advertisements are files of /proc, and two links with one MAC are told apart by a link of
// sysfs. Both are in the keeper's own root (system/own_root.h).
#pragma once

#include "core/boot/nic_turn.h"
#include "platform/linux/net/link/link_changer.h"

namespace isboot::linux_platform {

class NicMending {
public:
  struct Mended {
    LinkId link;  // carries the plan's address now; the same one when nothing had to be done
    LinkId by;    // to be connected by: that one, or the bridge that it is a port of
  };
  // `link`: what carried the address last. `unreachable`: the last connect() got no answer.
  // Errc::NotFound: there is no such NIC.
  virtual Result<Mended> mend(const NicSetup& setup, LinkId link, bool unreachable) = 0;

protected:
  ~NicMending() = default;
};

// Returns within kLimit; the kernel answers within microseconds unless a driver is
// resetting its hardware.
class NicMender final : public NicMending {
public:
  static constexpr Millis kLimit = 2'000;

  // Borrows both.
  NicMender(Clock& clock, Log& log) : clock_{clock}, log_{log} {}

  Result<Mended> mend(const NicSetup& setup, LinkId link, bool unreachable) override;

private:
  boot::NicTurn::Event carry_out(boot::NicTurn& turn, const boot::NicTurn::Do& what,
                                 const NicSetup& setup);
  Result<Done> list_addresses(boot::NicTurn& turn, LinkId link, const IpAddress& like);
  Result<boot::NicTurn::Event> find(const NicSetup& setup);
  Result<LinkId> set_up(const boot::NetworkPlan& plan, const boot::NicTurn::Do& what);

  Clock& clock_;
  Log& log_;
  // Opened for each mending: one that stayed open would fill up with news of links.
  std::optional<RouteSocket> socket_;
  Millis deadline_ = 0;
};

}  // namespace isboot::linux_platform
