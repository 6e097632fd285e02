// Sets the NIC of a session up once more, as the boot plan says, when the link, its address
// or its routes are gone: cable, `ip link set down`, a driver that was loaded again, resume.
// For the keeper, behind its filter of system calls: nothing here allocates or waits for a
// carrier. Netlink does it all, but for two things that it cannot: the settings that heed
// advertisements are files of /proc, and two links with one MAC are told apart by a link of
// sysfs. Both are in the keeper's own root (system/own_root.h).
#pragma once

#include "core/boot/nic_care.h"
#include "platform/linux/net/link/link_changer.h"

namespace isboot::linux_platform {

class NicMending {
public:
  // `link`: what carried the address last. `unreachable`: the last connect() through it got
  // no answer. Returns the link that carries the address now, the same one when nothing had
  // to be done. Errc::NotFound: there is no such NIC.
  virtual Result<LinkId> mend(const NicSetup& setup, LinkId link, bool unreachable) = 0;

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

  Result<LinkId> mend(const NicSetup& setup, LinkId link, bool unreachable) override;

private:
  Result<bool> must_mend(const NicSetup& setup, LinkId link, bool unreachable, Millis deadline);
  Result<Done> look_for_addresses(const IpAddress& wanted, LinkId link, boot::NicSight& nic,
                                  Millis deadline);
  Result<LinkId> set_up(const NicSetup& setup, LinkId link, bool unreachable, Millis deadline);

  Clock& clock_;
  Log& log_;
  // Opened for each mending: one that stayed open would fill up with news of links.
  std::optional<RouteSocket> socket_;
};

}  // namespace isboot::linux_platform
