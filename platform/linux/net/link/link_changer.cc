#include "platform/linux/net/link/link_changer.h"

#include <algorithm>
#include <cerrno>

#include "platform/linux/net/link/link_settings.h"
#include "platform/linux/net/rtnetlink/requests.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

using boot::NetworkChange;

// Between taking an address away and setting it the kernel may make it once more, but not for
// ever: it does so when a carrier or an advertisement comes.
constexpr int kMaxTries = 5;

// A hundred events and more have to come within the microseconds that an answer takes.
constexpr int kMaxAsked = 32;

// Cables and switches take one to three seconds: no word before that.
constexpr Millis kQuietCarrierWait = 3'000;

const char* name_of(NetworkChange::Kind kind) {
  switch (kind) {
    case NetworkChange::Kind::SetMtu:
      return "setting the MTU";
    case NetworkChange::Kind::HeedAdvertisements:
      return "listening to router advertisements";
    case NetworkChange::Kind::KeepApart:
      return "keeping the NIC apart";
    case NetworkChange::Kind::LinkUp:
      return "bringing the link up";
    case NetworkChange::Kind::AddVlan:
      return "making the VLAN";
    case NetworkChange::Kind::AddLinkLocal:
    case NetworkChange::Kind::AddAddress:
      return "setting the address";
    case NetworkChange::Kind::AddRoute:
      return "making the route";
  }
  return "changing the link";
}

// The link as it is right behind the changes. Bringing a link up that has carrier makes
// its queue at once, but RUNNING comes up to a second later (net/core/link_watch.c
// gathers events; seen with virtio_net of Linux 6.1, whose carrier is older than UP).
LinkState after_up(LinkState link, std::span<const NetworkChange> changes) {
  for (const NetworkChange& change : changes)
    if (change.kind == NetworkChange::Kind::LinkUp && link.seen.up && link.seen.carrier)
      link.running = true;
  return link;
}

// What a change sets, if that is an IPv6 address; else absent.
IpAddress ipv6_address_of(const NetworkChange& change, const boot::SeenLink& link) {
  if (change.kind == NetworkChange::Kind::AddLinkLocal) return link_local_address(link.mac);
  const bool is_set = change.kind == NetworkChange::Kind::AddAddress && !change.address.is_v4();
  return is_set ? change.address : IpAddress{};
}

bool sets_ipv6_address(std::span<const NetworkChange> changes, const boot::SeenLink& link) {
  return std::any_of(changes.begin(), changes.end(), [&](const NetworkChange& change) {
    return !ipv6_address_of(change, link).is_absent();
  });
}

// Changes that are no request of a batch.
bool stands_alone(const NetworkChange& change) {
  return change.kind == NetworkChange::Kind::AddVlan ||
         change.kind == NetworkChange::Kind::HeedAdvertisements;
}

}  // namespace

Error LinkChanger::refused(const boot::SeenLink& link, const NetworkChange& change,
                           const netlink::Answer& answer, Refusal& refusal) {
  const Error error = system_error(answer.error, name_of(change.kind));
  std::array<char, 384> line{};
  TextWriter out{line};
  out << link.name << ": " << boot::to_text(change) << ": " << system_error_text(error.code);
  if (!answer.reason.empty()) out << " (" << answer.reason << ')';
  (void)refusal.assign(out.text());  // as large as the buffer
  return error;
}

Result<LinkState> LinkChanger::make(std::span<const NetworkChange> changes,
                                    const boot::SeenLink& link, Millis deadline) {
  if (sets_ipv6_address(changes, link)) outlive_duplicates(link.name, log_);
  for (int tries = 1;; ++tries) {
    Refusal refusal;
    Result<LinkState> made = attempt(changes, link, deadline, refusal);
    // A route from such an address may be what was refused; and the kernel may have come to the end
    // of its tries since.
    const bool again = tries < kMaxTries && sets_ipv6_address(changes, link);
    if (again && (take_untried_away(changes, link, deadline) || !refusal.empty())) continue;
    if (!refusal.empty()) log_.write(LogLevel::Error, refusal);
    return made;
  }
}

// To set an address that is there already does not end the kernel's tries with it, nor does it
// make good one of which a duplicate was found. Whether any was taken away.
bool LinkChanger::take_untried_away(std::span<const NetworkChange> changes,
                                    const boot::SeenLink& link, Millis deadline) {
  const auto set = [&](const IpAddress& address) {
    for (const NetworkChange& change : changes)
      if (address == ipv6_address_of(change, link)) return true;
    return false;
  };
  if (!socket_.list_addresses(IpAddress{})) return false;
  List<LinkAddress, 2> untried;
  for (;;) {
    const auto event = socket_.next(deadline);
    if (!event) return false;
    if (event->kind == RouteEvent::Kind::AllListed) break;
    if (event->kind == RouteEvent::Kind::ListedAgain) untried = {};
    const LinkAddress& address = event->address;
    if (event->kind == RouteEvent::Kind::AddressListed && address.link == link.id &&
        address.untried && set(address.address))
      untried.push(address);
  }
  for (const LinkAddress& address : untried) (void)socket_.remove_address(address);
  return !untried.empty();
}

// The kernel drops its answers to a socket that is full, or was and has not been read to its end
// since, and tells only of the first of these losses (net/netlink/af_netlink.c).
Result<LinkState> LinkChanger::attempt(std::span<const NetworkChange> changes,
                                       const boot::SeenLink& link, Millis deadline,
                                       Refusal& refusal) {
  for (int asked = 0; asked < kMaxAsked; ++asked) {
    ISBOOT_TRY(read_to_end(deadline));
    const bool again = asked != 0;
    if (const auto made = ISBOOT_TRY(ask(changes, link, again, deadline, refusal))) return *made;
  }
  return Error{Errc::NoSpace, 0, "the kernel's answers are lost each time"};
}

Result<Done> LinkChanger::read_to_end(Millis deadline) {
  do {
    const auto event = socket_.next(0);
    if (!event && event.error().code == Errc::TimedOut) break;
    if (!event) return event.error();
  } while (clock_.now() < deadline);
  return Done{};
}

Result<std::optional<LinkState>> LinkChanger::ask(std::span<const NetworkChange> changes,
                                                  const boot::SeenLink& link, bool again,
                                                  Millis deadline, Refusal& refusal) {
  const std::uint32_t first = ISBOOT_TRY(socket_.request(changes, link));
  refusal = {};
  std::optional<Error> failure;
  for (;;) {
    const RouteEvent event = ISBOOT_TRY(socket_.next(deadline));
    if (event.kind == RouteEvent::Kind::Overrun) return std::optional<LinkState>{};
    const std::uint32_t number = event.sequence - first;  // of something earlier: very large
    // The question behind the last change is answered last: nothing more is to come.
    if (event.kind == RouteEvent::Kind::LinkChanged && number == changes.size()) {
      if (failure) return *failure;
      return std::optional{after_up(event.link, changes)};
    }
    if (event.kind != RouteEvent::Kind::Answered || event.answer.error == 0) continue;
    if (number == changes.size()) return system_error(event.answer.error, "the NIC is gone");
    if (number >= changes.size() || failure) continue;
    // The one change that cannot be made twice.
    if (again && changes[number].kind == NetworkChange::Kind::AddVlan &&
        event.answer.error == EEXIST)
      continue;
    failure = refused(link, changes[number], event.answer, refusal);
  }
}

Result<LinkState> LinkChanger::look(LinkId link, Millis deadline) {
  boot::SeenLink asked;
  asked.id = link;
  return make({}, asked, deadline);
}

Result<std::optional<LinkState>> LinkChanger::find_vlan(LinkId parent, std::uint16_t vlan,
                                                        Millis deadline) {
  ISBOOT_TRY(socket_.list_links());
  std::optional<LinkState> found;
  for (;;) {
    const RouteEvent event = ISBOOT_TRY(socket_.next(deadline));
    if (event.kind == RouteEvent::Kind::AllListed) return found;
    if (event.kind == RouteEvent::Kind::ListedAgain) found.reset();
    if (event.kind == RouteEvent::Kind::LinkChanged && event.link.parent == parent &&
        event.link.vlan == vlan)
      found = event.link;
  }
}

Result<LinkState> LinkChanger::make_vlan(const NetworkChange& change, const boot::SeenLink& parent,
                                         Millis deadline) {
  if (const auto there = ISBOOT_TRY(find_vlan(parent.id, change.vlan, deadline))) return *there;
  ISBOOT_TRY(make(std::span{&change, 1}, parent, deadline));
  if (const auto made = ISBOOT_TRY(find_vlan(parent.id, change.vlan, deadline))) return *made;
  return Error{Errc::NotFound, 0, "the VLAN is gone"};
}

Result<LinkState> LinkChanger::make_alone(const NetworkChange& change, const LinkState& link,
                                          Millis deadline) {
  if (change.kind == NetworkChange::Kind::AddVlan) return make_vlan(change, link.seen, deadline);
  heed_advertisements(link.seen.name, log_);
  return link;
}

Result<LinkState> LinkChanger::make_all(const boot::NetworkPlan& plan, LinkId link,
                                        Millis deadline) {
  LinkState state = ISBOOT_TRY(look(link, deadline));
  std::span<const NetworkChange> rest = plan.changes.view();
  while (!rest.empty()) {
    std::size_t count = 0;
    while (count < rest.size() && !stands_alone(rest[count])) ++count;
    if (count != 0) {
      state = ISBOOT_TRY(make(rest.first(count), state.seen, deadline));
    } else {
      state = ISBOOT_TRY(make_alone(rest[0], state, deadline));
      count = 1;
    }
    rest = rest.subspan(count);
  }
  return state;
}

Result<LinkState> LinkChanger::wait_running(LinkState link, Millis deadline) {
  // Whoever asked for something else since has taken the event from the socket.
  if (!link.running) link = ISBOOT_TRY(look(link.seen.id, deadline));
  const Millis quiet_until = clock_.now() + kQuietCarrierWait;
  bool quiet = true;
  while (!link.running) {
    const auto event = socket_.next(quiet ? std::min(deadline, quiet_until) : deadline);
    if (!event && event.error().code == Errc::TimedOut) {
      std::array<char, 128> line{};
      TextWriter out{line};
      out << link.seen.name << (link.seen.up ? ": no carrier" : ": was taken down");
      const bool over = clock_.now() >= deadline;
      out << (over ? "; check the cable and the switch's port" : " yet, waiting");
      log_.write(over ? LogLevel::Error : LogLevel::Info, out.text());
      if (over) return Error{Errc::TimedOut, 0, "no carrier"};
      quiet = false;
      continue;
    }
    if (!event) return event.error();
    if (event->kind == RouteEvent::Kind::Overrun) {
      link = ISBOOT_TRY(look(link.seen.id, deadline));
    } else if (event->link.seen.id == link.seen.id) {
      if (event->kind == RouteEvent::Kind::LinkGone)
        return Error{Errc::NotFound, 0, "the NIC is gone"};
      link = event->link;
    }
  }
  return link;
}

}  // namespace isboot::linux_platform
