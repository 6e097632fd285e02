// The links of a machine, their addresses and routes, as Linux has them; made up.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "core/boot/nic_turn.h"

namespace isboot::keep::simulation {

struct Subnet {
  IpAddress address;
  std::uint8_t prefix = 0;
};

struct Route {
  Subnet to;
  IpAddress source;
};

struct Link {
  boot::SeenLink seen;
  std::uint32_t hardware = 0;  // whose frames it gets; 0: nobody's
  LinkId parent{};             // of a VLAN
  std::uint16_t vlan = 0;
  std::vector<Subnet> addresses{};
  std::vector<Route> routes{};

  bool has(const IpAddress& address) const;
  bool has_another_than(const IpAddress& address) const;
};

class Links {
public:
  // With the next number, unless it has one.
  Link& add(Link link);
  Link* at(LinkId number);
  Link* vlan_of(LinkId parent, std::uint16_t vlan);
  // The NIC itself, not what stands on it.
  Link* of_hardware(std::uint32_t hardware);
  Link* named(Text name);
  std::list<Link>& all() { return links_; }
  std::string text() const;  // for who looks at a broken rule

  void remove(LinkId number);  // with its VLANs
  void take_down(Link& link);  // with its VLANs; addresses stay, routes do not
  void take_address(Link& link, const IpAddress& address);  // with the routes that need it
  // False: the kernel refuses.
  bool make(const boot::NetworkChange& change, Link& nic, Link& carrier);
  // What a connection goes out by; nothing: there is no route.
  Link* way_to(const IpAddress& target, std::optional<LinkId> bound);

private:
  bool make_route(const boot::NetworkChange& change, Link& link);
  void bring_up(Link& link);

  std::list<Link> links_;
  std::uint32_t next_ = 2;
};

}  // namespace isboot::keep::simulation
