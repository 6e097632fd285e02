#include "platform/freebsd/network.h"

#include <algorithm>
#include <utility>

#include "core/boot/link_choice.h"
#include "core/ports/line.h"
#include "platform/freebsd/socket_address.h"

namespace isboot::freebsd {
namespace {

using boot::NetworkChange;

// Drivers say nothing when they are done: the list is looked at again and again.
constexpr Millis kLookAtNetworkEvery = 50;
// em(4) says "unknown" for a second before it says that there is no carrier yet; drivers that
// never say anything are believed after this.
constexpr Millis kSilence = 2'000;
// A router answers within half a second (RFC 4861 section 6.2.6); the first question may be lost at
// a switch whose port has just come up. RTR_SOLICITATION_INTERVAL of section 10, and doubled each
// time as in RFC 7559.
constexpr Millis kQuietWait = 3'000;
constexpr Millis kAskAgain = 4'000;
constexpr IpAddress kAllRouters{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
constexpr std::uint8_t kRouterSolicitation = 133;  // RFC 4861 section 4.1, 8 bytes

Text name_of(const isboot_link& link) {
  std::size_t size = 0;
  while (size < sizeof link.name && link.name[size] != 0) ++size;
  return {link.name, size};
}

bool is_stacked(const isboot_link& link) {
  return link.type == ISBOOT_VLAN || link.type == ISBOOT_BRIDGE || link.type == ISBOOT_LAGG;
}

// A driver that is not running yet has nothing to say about its carrier.
isboot_carrier carrier_of(const isboot_link& link) {
  return link.running != 0 ? static_cast<isboot_carrier>(link.carrier) : ISBOOT_NO_CARRIER;
}

boot::SeenLink seen(const isboot_link& link) {
  boot::SeenLink out;
  out.id = {link.index};
  (void)out.name.assign(name_of(link));  // both have room for 15 letters
  for (std::size_t i = 0; i < out.mac.bytes.size(); ++i) {
    out.mac.bytes[i] = link.mac[i];
    out.permanent_mac.bytes[i] = link.permanent_mac[i];
  }
  out.origin = is_stacked(link) ? boot::LinkOrigin::Stacked : boot::LinkOrigin::Hardware;
  out.up = link.up != 0;
  out.carrier = carrier_of(link) == ISBOOT_CARRIER;
  return out;
}

// RFC 4291 appendix A: fe80::/64 and the modified EUI-64 of the MAC address.
IpAddress link_local_of(const isboot_link& link) {
  const std::uint8_t* mac = link.mac;
  return IpAddress{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(mac[0] ^ 2U), mac[1],
                    mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}};
}

int add_address(const isboot_link& on, const IpAddress& address, std::uint8_t prefix) {
  return isboot_add_address(on.name, SocketAddress::of(address).data(),
                            SocketAddress::mask(address, prefix).data());
}

int add_route(const isboot_link& on, const NetworkChange& change) {
  // The kernel keeps a route to every link-local address of the interface itself.
  if (!change.address.is_v4() && change.address.is_link_local()) return 0;
  const SocketAddress to = SocketAddress::for_route(change.address, on.index);
  const SocketAddress mask = SocketAddress::mask(change.address, change.prefix);
  const SocketAddress via = SocketAddress::for_route(change.gateway, on.index);
  const bool host = change.prefix == change.address.max_prefix();
  return isboot_add_route(on.name, to.data(), host ? nullptr : mask.data(),
                          change.gateway.is_absent() ? nullptr : via.data());
}

}  // namespace

std::span<const isboot_link> KernelNetwork::links() {
  const auto all = std::span{links_}.first(isboot_links(links_.data(), links_.size()));
  const auto end = std::remove_if(all.begin(), all.end(), [](const isboot_link& link) {
    return link.type != ISBOOT_ETHERNET && !is_stacked(link);
  });
  return all.first(static_cast<std::size_t>(end - all.begin()));
}

Result<isboot_link> KernelNetwork::link(LinkId id) {
  for (const isboot_link& link : links())
    if (link.index == id.index) return link;
  return Error{Errc::NotFound, 0, "the interface is gone"};
}

Result<LinkId> KernelNetwork::find_link(const WantedLink& wanted, Millis deadline) {
  for (;;) {
    std::size_t count = 0;
    for (const isboot_link& link : links()) seen_[count++] = seen(link);
    if (const auto choice = boot::choose_link(std::span{seen_}.first(count), wanted))
      return seen_[choice->index].id;
    if (isboot_stopping() != 0 || clock_.now() >= deadline) break;
    clock_.sleep_until(clock_.now() + kLookAtNetworkEvery);
  }
  log_missing(wanted);
  return Error{Errc::NotFound, 0, "the NIC of the table is not there"};
}

void KernelNetwork::log_missing(const WantedLink& wanted) {
  Line line;
  line << "no NIC " << (wanted.name.empty() ? to_text(wanted.mac).view() : wanted.name.view())
       << "; there are:";
  for (const isboot_link& link : links())
    line << ' ' << name_of(link) << ' ' << to_text(seen(link).mac) << ';';
  line << " next: is its driver in the kernel or in loader.conf?";
  log_.write(LogLevel::Error, line.text());
}

Result<Done> KernelNetwork::make(const NetworkChange& change, isboot_link& on) {
  using Kind = NetworkChange::Kind;
  int error = 0;
  switch (change.kind) {
    case Kind::SetMtu:
      error = isboot_change_link(ISBOOT_SET_MTU, on.name, change.mtu);
      break;
    case Kind::LinkUp:
      error = isboot_change_link(ISBOOT_LINK_UP, on.name, 0);
      break;
    case Kind::AddVlan: {
      InlineText<sizeof on.name - 1> name;
      std::array<char, sizeof on.name> buffer{};
      TextWriter out{buffer};
      (out << name_of(on) << '.').decimal(change.vlan);
      if (!name.assign(out.text()))
        return Error{Errc::NoSpace, 0, "the name of the VLAN's interface is too long"};
      error = isboot_change_link(ISBOOT_CREATE, buffer.data(), 0);
      for (const isboot_link& link : links())
        if (error == 0 && same_text(name_of(link), name)) on = link;
      break;
    }
    case Kind::AddLinkLocal:
      error = add_address(on, link_local_of(on), 64);
      break;
    case Kind::AddAddress:
      error = add_address(on, change.address, change.prefix);
      break;
    case Kind::AddRoute:
      error = add_route(on, change);
      break;
    case Kind::HeedAdvertisements:
      error = isboot_change_link(ISBOOT_HEED, on.name, 0);
      break;
    case Kind::KeepApart:
      log_.write(LogLevel::Detail, (Line{} << name_of(on) << ": other NICs may be used").text());
      break;
  }
  if (error == 0) return Done{};
  const Error failed = kernel_error(error, "the kernel refuses it");
  Line line;
  line << name_of(on) << ": " << boot::to_text(change) << ": " << failed.text << " ("
       << words_of(failed.code) << ')';
  if (change.kind == Kind::AddVlan) line << "; next: if_vlan_load=\"YES\" in loader.conf";
  log_.write(LogLevel::Error, line.text());
  return failed;
}

Result<Done> KernelNetwork::wait_for_carrier(Millis deadline) {
  const Millis believed = clock_.now() + kSilence;
  for (;;) {
    const isboot_carrier carrier = carrier_of(ISBOOT_TRY(link({up_.index})));
    if (carrier == ISBOOT_CARRIER) return Done{};
    if (carrier == ISBOOT_CARRIER_UNKNOWN && clock_.now() >= believed) return Done{};
    if (isboot_stopping() != 0 || clock_.now() >= deadline) break;
    clock_.sleep_until(clock_.now() + kLookAtNetworkEvery);
  }
  return Error{Errc::TimedOut, 0, "no carrier: check the cable and the switch"};
}

// The kernel listens to routers and never asks them: rtsol(8) does that, a program.
bool KernelNetwork::ask_for_routers() {
  std::array<std::uint8_t, 8> question{kRouterSolicitation};
  const SocketAddress routers = SocketAddress::of({kAllRouters, 0}, up_.index);
  int descriptor = -1;
  std::size_t sent = 0;
  int error = isboot_connect(ISBOOT_ICMP6, routers.data(), kLookAtNetworkEvery, &descriptor);
  if (error == 0)
    error = isboot_transfer(ISBOOT_SEND, descriptor, question.data(), question.size(), &sent);
  if (descriptor >= 0) isboot_close(descriptor);
  return error == 0;
}

Result<Done> KernelNetwork::wait_for_router(Millis deadline) {
  Millis quiet_until = clock_.now() + kQuietWait;
  Millis ask_at = clock_.now();
  Millis ask_again = kAskAgain;
  while (ISBOOT_TRY(link({up_.index})).advertised == 0) {
    const Millis now = clock_.now();
    const bool over = isboot_stopping() != 0 || now >= deadline;
    if (over || now >= quiet_until) {
      Line line;
      line << name_of(up_) << ": no IPv6 router has advertised an address"
           << (over || has_address_ ? "; next: check the router, the VLAN, and the table's gateway"
                                    : " yet, waiting");
      log_.write(over ? LogLevel::Error : LogLevel::Warning, line.text());
      if (has_address_) return Done{};
      if (over) return Error{Errc::TimedOut, 0, "no router advertisement"};
      quiet_until = deadline;
    }
    // Refused until the link-local address has been tried out.
    if (now >= ask_at && ask_for_routers()) ask_at = now + std::exchange(ask_again, ask_again * 2);
    clock_.sleep_until(now + kLookAtNetworkEvery);
  }
  return Done{};
}

void KernelNetwork::log_up() {
  Line up;
  up << name_of(up_) << " up";
  for (const NetworkChange& change : plan_.changes)
    if (change.kind == NetworkChange::Kind::AddAddress)
      (up << ", " << to_text(change.address) << '/').decimal(change.prefix);
  if (plan_.awaits_advertisement) up << ", address by router advertisement";
  log_.write(LogLevel::Info, up.text());
  for (const NetworkChange& change : plan_.changes) {
    if (change.kind != NetworkChange::Kind::AddRoute) continue;
    log_.write(LogLevel::Detail, (Line{} << name_of(up_) << ": " << boot::to_text(change)).text());
  }
}

// Only a mark: without it the disk works all the same.
void KernelNetwork::mark() {
  int marked = isboot_change_link(ISBOOT_MARK, up_.name, 0);
  if (marked == 0 && up_.index != nic_.index)
    marked = isboot_change_link(ISBOOT_MARK, nic_.name, 0);
  if (marked != 0)
    log_.write(LogLevel::Warning, "the interface is not in the group isboot: rc(8) may reset it");
}

Result<LinkId> KernelNetwork::configure(LinkId id, const LinkConfig& config, Millis) {
  isboot_link on = ISBOOT_TRY(link(id));
  const auto plan = boot::plan_network(config);
  if (!plan) {
    log_.write(LogLevel::Error, boot::fault_text(config, plan.error()));
    return plan.error();
  }
  for (const boot::NetworkNote note : plan->notes)
    log_.write(LogLevel::Warning, (Line{} << note).text());
  nic_ = on;
  for (const NetworkChange& change : plan->changes) ISBOOT_TRY(make(change, on));
  plan_ = *plan;
  has_address_ = !config.address.is_absent();
  up_ = on;
  return LinkId{on.index};
}

Result<Done> KernelNetwork::wait_marked(Millis deadline) {
  const auto carrier = wait_for_carrier(deadline);
  if (!carrier) {
    log_.write(LogLevel::Error, (Line{} << name_of(up_) << ": " << carrier.error().text).text());
    return carrier.error();
  }
  if (plan_.awaits_advertisement) ISBOOT_TRY(wait_for_router(deadline));
  mark();
  (void)interface_.assign(name_of(up_));
  return Done{};
}

Result<Done> KernelNetwork::wait_ready(Millis deadline) {
  ISBOOT_TRY(wait_marked(deadline));
  log_up();
  return Done{};
}

Result<LinkId> KernelNetwork::restore(const NicSetup& setup, Millis deadline) {
  const LinkId nic = ISBOOT_TRY(find_link(setup.nic, clock_.now()));
  const LinkId up = ISBOOT_TRY(configure(nic, setup.config, deadline));
  ISBOOT_TRY(wait_marked(deadline));
  return up;
}

// What the kernel refuses is tried again at the next look, and told of once the session is lost.
void KernelNetwork::put_back() {
  const auto on = link({up_.index});
  if (!on) return;
  for (const NetworkChange& change : plan_.changes) {
    if (change.kind == NetworkChange::Kind::AddAddress)
      (void)add_address(*on, change.address, change.prefix);
    else if (change.kind == NetworkChange::Kind::AddRoute)
      (void)add_route(*on, change);
  }
}

}  // namespace isboot::freebsd
