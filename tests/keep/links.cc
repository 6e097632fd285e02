#include "tests/keep/links.h"

#include <algorithm>

namespace isboot::keep::simulation {

using Change = boot::NetworkChange;

bool Link::has(const IpAddress& address) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Subnet& each) { return each.address == address; });
}

bool Link::has_another_than(const IpAddress& address) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Subnet& each) { return each.address != address; });
}

Link& Links::add(Link link) {
  if (link.seen.id.index == 0) link.seen.id.index = next_++;
  return links_.emplace_back(std::move(link));
}

Link* Links::at(LinkId number) {
  for (Link& link : links_)
    if (link.seen.id == number) return &link;
  return nullptr;
}

Link* Links::vlan_of(LinkId parent, std::uint16_t vlan) {
  for (Link& link : links_)
    if (link.vlan == vlan && link.parent == parent) return &link;
  return nullptr;
}

Link* Links::of_hardware(std::uint32_t hardware) {
  for (Link& link : links_)
    if (link.hardware == hardware && link.seen.origin == boot::LinkOrigin::Hardware) return &link;
  return nullptr;
}

Link* Links::named(Text name) {
  for (Link& link : links_)
    if (link.seen.name == name) return &link;
  return nullptr;
}

std::string Links::text() const {
  std::string text = "links:";
  for (const Link& link : links_) {
    text += " " + std::to_string(link.seen.id.index) + " of NIC " + std::to_string(link.hardware) +
            (link.seen.up ? " up" : " down");
    if (link.vlan != 0) text += " VLAN of " + std::to_string(link.parent.index);
    if (link.seen.master.index != 0) text += " port of " + std::to_string(link.seen.master.index);
    for (const Subnet& each : link.addresses) text += " " + std::string{to_text(each.address)};
    for (const Route& each : link.routes)
      text += " to " + std::string{to_text(each.to.address)} + " from " +
              std::string{to_text(each.source)};
    text += ";";
  }
  return text;
}

void Links::remove(LinkId number) {
  links_.remove_if(
      [&](const Link& link) { return link.seen.id == number || link.parent == number; });
  for (Link& link : links_)
    if (link.seen.master == number) link.seen.master = {};
}

void Links::take_down(Link& link) {
  link.seen.up = false;
  link.routes.clear();
  for (Link& vlan : links_)
    if (vlan.parent == link.seen.id) take_down(vlan);
}

// VLANs come up with what they stand on.
void Links::bring_up(Link& link) {
  link.seen.up = true;
  for (Link& vlan : links_)
    if (vlan.parent == link.seen.id) bring_up(vlan);
}

void Links::take_address(Link& link, const IpAddress& address) {
  std::erase_if(link.addresses, [&](const Subnet& each) { return each.address == address; });
  std::erase_if(link.routes, [&](const Route& route) { return route.source == address; });
  if (link.addresses.empty()) link.routes.clear();
}

bool Links::make(const Change& change, Link& nic, Link& carrier) {
  Link& link = change.on == boot::On::Nic ? nic : carrier;
  switch (change.kind) {
    case Change::Kind::LinkUp:
      if (const Link* parent = at(link.parent); parent != nullptr && !parent->seen.up) return false;
      bring_up(link);
      return true;
    case Change::Kind::AddAddress:
      if (!link.has(change.address)) link.addresses.push_back({change.address, change.prefix});
      return true;
    case Change::Kind::AddRoute:
      return make_route(change, link);
    default:
      return true;  // nothing of it matters here
  }
}

bool Links::make_route(const Change& change, Link& link) {
  if (!link.seen.up) return false;
  const bool has_source = change.source.is_absent() || link.has(change.source);
  if (!has_source) return false;
  if (!change.gateway.is_absent() && way_to(change.gateway, link.seen.id) == nullptr) return false;
  std::erase_if(link.routes, [&](const Route& route) {
    return route.to.address == change.address && route.to.prefix == change.prefix;
  });
  link.routes.push_back({{change.address, change.prefix}, change.source});
  return true;
}

// The longest prefix, then the lowest metric, which is the link's number.
Link* Links::way_to(const IpAddress& target, std::optional<LinkId> bound) {
  Link* best = nullptr;
  int longest = -1;
  const auto offer = [&](Link& link, const Subnet& to) {
    if (to.prefix != 0 && !same_network(to.address, target, to.prefix)) return;
    const bool is_better =
        to.prefix > longest || (to.prefix == longest && link.seen.id.index < best->seen.id.index);
    if (!is_better) return;
    best = &link;
    longest = to.prefix;
  };
  for (Link& link : links_) {
    if (!link.seen.up || (bound && link.seen.id != *bound)) continue;
    for (const Subnet& address : link.addresses) offer(link, address);
    for (const Route& route : link.routes) offer(link, route.to);
  }
  return best;
}

}  // namespace isboot::keep::simulation
