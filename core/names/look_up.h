// From a host's name to the addresses that are worth a try, over a Resolver. Blocks.
#pragma once

#include <optional>

#include "core/names/dns_message.h"
#include "core/ports/entropy.h"
#include "core/ports/resolver.h"

namespace isboot::names {

// Where addresses may lead. Without a NIC: wherever this machine has a route to.
struct Reach {
  bool v4 = true;
  bool v6 = true;
  bool over_nic = false;  // of a boot: no address of this machine itself
  IpAddress address{};    // the NIC's; absent: none, or not known
  std::uint8_t prefix = 0;
};

// An answer over TCP may have 65,535 bytes. The addresses of a portal fit this.
inline constexpr std::size_t kMaxMessage = 4096;

// Who asks whom, and how; and room for an answer, which is too large for a kernel's stack.
struct Asking {
  Asking(Resolver& whom, Clock& by, Entropy& ids) : resolver{whom}, clock{by}, entropy{ids} {}

  Resolver& resolver;
  Clock& clock;
  Entropy& entropy;
  NameServers servers;
  Reach reach;
  Via via;
  std::array<std::uint8_t, kMaxMessage> message{};
};

// Rounds over the servers that have not answered yet; in each of them every server gets this long
// for an answer, and twice as long in the next.
inline constexpr Millis kFirstWait = 1'000;
inline constexpr unsigned kRounds = 3;

// What each server said: "10.0.0.1: no such name, 10.0.0.2: no answer". Of several names that were
// tried the last.
using Told = InlineText<320>;

enum class LookUpErrc : std::uint16_t {
  NoServer = 1,  // there is nobody to ask
  NotFound,      // every server has said that there is none
  NoAnswer,      // some said nothing, or could not say
  NotReachable,  // there are addresses, and none that can be used
};

// What somebody can do about such an error.
Text next_step(const Error& error);

// The addresses in the order in which they are tried: in the NIC's subnet first, then where there
// is a route to, then as the server gave them, IPv6 before IPv4. One server's word is enough; a
// server that says no is not the last word: the others may serve another side. Never past
// `deadline`.
Result<Addresses> look_up(Text host, Asking& asking, Millis deadline, Told& told);

}  // namespace isboot::names

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<names::LookUpErrc> = 8;
}  // namespace isboot
