// Notices that another host has an address of ours, without waiting for it: the question goes
// out, and the answer lies there when somebody looks.
#pragma once

#include "core/ports/clock.h"
#include "platform/linux/net/address_probe.h"
#include "platform/linux/net/link_message.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class AddressWatch {
public:
  // Asks on `link`, which is up. Error: the errno (needs CAP_NET_RAW).
  static Result<AddressWatch> open(const LinkState& link, const IpAddress& address);

  // The next host that has claimed the address since; not yet, or no more: nothing. It may be
  // another link of this machine. Never blocks.
  std::optional<Claim> next();

  const IpAddress& address() const { return address_; }

private:
  AddressWatch(UniqueFd socket, const IpAddress& address)
      : socket_{std::move(socket)}, address_{address} {}

  UniqueFd socket_;
  IpAddress address_;
};

}  // namespace isboot::linux_platform
