// Makes changes on links and waits for what they bring about.
#pragma once

#include "core/ports/log.h"
#include "platform/linux/net/rtnetlink/route_socket.h"

namespace isboot::linux_platform {

// Every failure is logged with the link, the change and the kernel's reason.
class LinkChanger {
public:
  // Borrows all three.
  LinkChanger(RouteSocket& socket, Clock& clock, Log& log)
      : socket_{socket}, clock_{clock}, log_{log} {}

  // The link as it is now. Error: the errno, ENODEV when it is gone.
  Result<LinkState> look(LinkId link, Millis deadline);

  // Makes `changes` on `link` in one batch, and returns the link's state afterwards. The error is
  // that of the first change that failed; the later ones have been tried as well. An IPv6 address
  // among them can be used at once: where the kernel has made the same address by itself and still
  // looks for duplicates of it, the address is deleted and made anew without that.
  Result<LinkState> make(std::span<const boot::NetworkChange> changes, const boot::SeenLink& link,
                         Millis deadline);

  // The VLAN's link on `parent`; nothing when there is none.
  Result<std::optional<LinkState>> find_vlan(LinkId parent, std::uint16_t vlan, Millis deadline);

  // The VLAN of `change` on `parent`: the one that is there, whatever its name, or a new one.
  Result<LinkState> make_vlan(const boot::NetworkChange& change, const boot::SeenLink& parent,
                              Millis deadline);

  // All changes of a plan, in as few batches as can be: a VLAN has to be there before it can
  // be named in one. The link that carries the address, as it is then.
  Result<LinkState> make_all(const boot::NetworkPlan& plan, LinkId link, Millis deadline);

  // Waits until frames flow. Errc::TimedOut: no carrier.
  Result<LinkState> wait_running(LinkState link, Millis deadline);

private:
  // The first change that the kernel has refused, for the log.
  using Refusal = InlineText<384>;
  Result<LinkState> attempt(std::span<const boot::NetworkChange> changes,
                            const boot::SeenLink& link, Millis deadline, Refusal& refusal);
  Result<Done> read_to_end(Millis deadline);
  // Nothing: answers may have been lost.
  Result<std::optional<LinkState>> ask(std::span<const boot::NetworkChange> changes,
                                       const boot::SeenLink& link, bool again, Millis deadline,
                                       Refusal& refusal);
  bool take_untried_away(std::span<const boot::NetworkChange> changes, const boot::SeenLink& link,
                         Millis deadline);
  Result<LinkState> make_alone(const boot::NetworkChange& change, const LinkState& link,
                               Millis deadline);
  Error refused(const boot::SeenLink& link, const boot::NetworkChange& change,
                const netlink::Answer& answer, Refusal& refusal);

  RouteSocket& socket_;
  Clock& clock_;
  Log& log_;
};

}  // namespace isboot::linux_platform
