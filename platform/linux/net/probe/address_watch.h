// Notices that another host has an address of ours, without waiting for it: the question goes
// out, and the answer lies there when somebody looks.
#pragma once

#include "core/ports/clock.h"
#include "platform/linux/net/probe/address_probe.h"
#include "platform/linux/net/rtnetlink/link_message.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class AddressWatch {
public:
  // Asks on `link`, which is up. Error: the errno (needs CAP_NET_RAW).
  static Result<AddressWatch> open(const LinkState& link, const IpAddress& address);

  // Once more: what is sent as soon as a link is up may be lost at the switch.
  Result<Done> ask();

  // The next host that has claimed the address since; not yet, or no more: nothing. It may be
  // another link of this machine. Never blocks.
  std::optional<Claim> next();

  const IpAddress& address() const { return address_; }

private:
  AddressWatch(const LinkState& link, const IpAddress& address)
      : link_{link.seen.id}, mac_{link.seen.mac}, address_{address} {}
  Result<Done> hear(Text link_name);

  LinkId link_;
  MacAddress mac_;
  IpAddress address_;
  UniqueFd asking_;   // AF_PACKET; hears the answers of ARP as well
  UniqueFd hearing_;  // of IPv6
};

}  // namespace isboot::linux_platform
