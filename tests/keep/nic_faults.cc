// What happens to a NIC, and to the links beside it.
#include <algorithm>
#include <utility>

#include "tests/keep/world.h"

namespace isboot::keep::simulation {
namespace {

using boot::LinkOrigin;

const IpAddress kOther = IpAddress::v4(10, 7, 7, 7);  // what others give to a link

}  // namespace

void World::nic_fault(Kept& kept) {
  Nic& nic = *kept.nic;
  nic.whole_at = now_ + random_.below(random_.one_in(3) ? 600'000 : 20'000);
  Link* const link = links_.of_hardware(nic.hardware);
  if (link == nullptr) {
    nic.is_taken_then = true;
    return;
  }
  const bool is_quiet = link_fault(nic, *link);
  if (is_quiet && random_.one_in(2)) return;
  for (const auto& each : all_)
    if (each->nic == kept.nic) lose(*each);  // once a NOP had no answer
}

// Whether a connection may live on.
bool World::link_fault(Nic& nic, Link& link) {
  const IpAddress& ours = nic.setup.config.address;
  Link* const carrier = carrier_of(nic);
  const bool is_port = link.seen.master.index != 0;
  // Whoever has its name is the NIC to those who know only that, and not its number.
  const bool is_by_mac = nic.setup.nic.name.empty();
  const bool is_known = std::all_of(all_.begin(), all_.end(), [&](const auto& kept) {
    return kept->nic.get() != &nic || kept->link == link.seen.id.index;
  });
  const std::uint64_t kind = random_.below(10);
  if (kind == 0) {
    note("a cable is pulled");
    nic.carrier = false;
  } else if (kind == 1) {
    note("a link is taken down");
    links_.take_down(carrier != nullptr && random_.one_in(2) ? *carrier : link);
  } else if (kind == 2 && carrier != nullptr) {
    note("an address is removed");
    links_.take_address(*carrier, ours);
  } else if (kind == 3 && carrier != nullptr) {
    note("routes are removed");
    std::erase_if(carrier->routes, [&](const Route& route) { return route.source == ours; });
  } else if (kind == 4) {
    unload_driver(nic, link);
  } else if (kind == 5 && carrier != nullptr && !is_port) {
    note("somebody else manages a NIC from now on");
    take_over(*carrier, ours);
    return carrier->seen.up && nic.carrier;
  } else if (kind == 6 && carrier != nullptr && carrier != &link) {
    make_vlan_anew(nic, *carrier);
  } else if (kind == 7 && (is_by_mac || (is_known && carrier == &link))) {
    note("names change");
    boot::SeenLink seen;
    seen.mac = mac_of(200);
    seen.up = true;
    seen.name = std::exchange(link.seen.name, name_of(link.seen.id.index, "lan"));
    if (is_by_mac && links_.named(seen.name) == nullptr) links_.add({.seen = seen});
    return true;
  } else if (kind == 8) {
    note("a link looks like a NIC");
    boot::SeenLink seen;
    seen.mac = link.seen.mac;
    seen.origin = LinkOrigin::Stacked;
    seen.up = true;
    links_.add({.seen = seen, .addresses = {{kOther, 24}}});
    return true;
  } else if (kind == 9) {
    bridge(nic, link);
  }
  return false;
}

void World::unload_driver(const Nic& nic, const Link& link) {
  note("a driver is loaded again");
  const LinkId number = link.seen.id;
  links_.remove(number);
  // By the number alone nobody can know a NIC that has nothing but a name.
  if (!nic.setup.nic.name.empty() || random_.one_in(2)) return;
  note("another link gets its number");
  boot::SeenLink seen;
  seen.id = number;
  seen.mac = mac_of(201);
  seen.up = true;
  links_.add({.seen = seen, .addresses = {{kOther, 24}}});
}

// As a network manager does it, with routes of its own.
void World::take_over(Link& carrier, const IpAddress& ours) {
  links_.take_address(carrier, ours);
  if (!carrier.has(kOther)) carrier.addresses.push_back({kOther, 24});
  std::erase_if(carrier.routes, [](const Route& route) { return route.source == kOther; });
  if (carrier.seen.up) carrier.routes.push_back({{IpAddress::v4(0, 0, 0, 0), 0}, kOther});
}

void World::make_vlan_anew(const Nic& nic, const Link& carrier) {
  const Link old = carrier;
  links_.remove(old.seen.id);
  note("a VLAN is deleted");
  const Link* const parent = links_.at(old.parent);
  if (random_.one_in(2) || !parent->seen.up || parent->seen.master.index != 0) return;
  note("and made anew by who gives it another address");
  boot::SeenLink seen = old.seen;
  seen.id = {};
  seen.up = true;
  Link& made =
      links_.add({.seen = seen, .hardware = old.hardware, .parent = old.parent, .vlan = old.vlan});
  take_over(made, nic.setup.config.address);
}

// With all that the NIC had, or away again. A bridge does not take its VLANs along.
void World::bridge(const Nic& nic, Link& link) {
  if (link.seen.master.index != 0) {
    note("a bridge is deleted");
    links_.remove(link.seen.master);
    return;
  }
  const IpAddress& ours = nic.setup.config.address;
  if (nic.setup.config.vlan != 0 || !link.seen.up || !link.has(ours)) return;
  note("a NIC becomes a port of a bridge, which gets its address");
  for (const Link& old : links_.all())  // whose driver was loaded again meanwhile
    if (old.hardware == nic.hardware && old.has(ours) && old.seen.id != link.seen.id) {
      links_.remove(old.seen.id);
      break;
    }
  boot::SeenLink seen;
  seen.mac = random_.one_in(2) ? link.seen.mac : mac_of(202);
  seen.origin = LinkOrigin::Stacked;
  seen.up = true;
  Link& made = links_.add({.seen = seen, .hardware = nic.hardware, .addresses = {{ours, 24}}});
  made.routes.push_back({{IpAddress::v4(0, 0, 0, 0), 0}, ours});
  link.addresses.clear();
  link.routes.clear();
  link.seen.master = made.seen.id;
}

// The cable is in, the driver is there. Who manages the NIC makes its route again when it is up.
void World::nic_turn(Nic& nic) {
  if (Link* const carrier = carrier_of(nic); carrier != nullptr && carrier->has(kOther))
    take_over(*carrier, {});
  if (nic.whole_at > now_) return;
  nic.whole_at = kNever;
  nic.whole_since = now_;
  nic.carrier = true;
  if (links_.of_hardware(nic.hardware) != nullptr) return;
  load_driver(nic);
  Link& link = *links_.of_hardware(nic.hardware);
  if (!std::exchange(nic.is_taken_then, false) || nic.setup.config.vlan != 0) return;
  note("somebody else manages a NIC that is back");
  link.seen.up = true;
  take_over(link, nic.setup.config.address);
}

}  // namespace isboot::keep::simulation
