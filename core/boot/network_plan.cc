#include "core/boot/network_plan.h"

namespace isboot::boot {
namespace {

// IEEE Std 802.1Q: VID 0 is a priority tag (no VLAN), 4095 is reserved.
constexpr std::uint16_t kMaxVlan = 4094;

using Kind = NetworkChange::Kind;

// Adds the changes of one config to one plan.
class Planner {
public:
  explicit Planner(const LinkConfig& config)
      : config_{config}, on_{config.vlan != 0 ? On::Vlan : On::Nic} {}

  Result<NetworkPlan> plan();
  // Only the target's route; for a config that an advertisement has completed.
  NetworkPlan plan_target();

private:
  bool must_await() const;
  void add_link();
  void add_link_up(On on);
  void add_address();
  void take_prefix();
  void add_routes();
  void add_route(const IpAddress& destination, std::uint8_t prefix, const IpAddress& gateway);
  void add_host_route(const IpAddress& destination, const IpAddress& gateway) {
    add_route(destination, destination.max_prefix(), gateway);
  }
  bool on_link(const IpAddress& address) const;
  bool gateway_is_usable();
  // The list has room for every change there can be: add_link 6 (only one of the kinds
  // between MTU and up applies to IPv4, two to IPv6), address 1, routes 3.
  void add(const NetworkChange& change) { (void)plan_.changes.push(change); }
  void note(NetworkNote text) { (void)plan_.notes.push(text); }

  const LinkConfig& config_;
  const On on_;  // what carries the address
  std::uint8_t prefix_ = 0;
  NetworkPlan plan_;
};

Result<NetworkPlan> Planner::plan() {
  if (config_.vlan > kMaxVlan) return Error{Errc::BadValue, 0, "VLAN number is above 4094"};
  if (!config_.address.is_absent() &&
      (config_.address.is_multicast() || config_.address.is_loopback()))
    return Error{Errc::BadValue, 0, "the NIC's address is not one that a NIC can have"};
  if (!config_.address.is_absent() && !config_.target.is_absent() &&
      config_.address.is_v4() != config_.target.is_v4())
    return Error{Errc::BadValue, 0, "NIC and target have addresses of two families"};
  take_prefix();
  add_link();
  if (config_.address.is_v4()) add_address();
  plan_.awaits_advertisement = must_await();
  if (!plan_.awaits_advertisement) add_routes();
  return plan_;
}

NetworkPlan Planner::plan_target() {
  prefix_ = config_.prefix;
  if (config_.target.is_absent()) return plan_;
  add_host_route(config_.target, on_link(config_.target) ? IpAddress{} : config_.gateway);
  return plan_;
}

// Whatever the table names is set at once: firmware has just used it. Only what the table
// does not name, and the target needs, is worth a wait.
bool Planner::must_await() const {
  const IpAddress& target = config_.target;
  if (!config_.advertised || (!target.is_absent() && (target.is_v4() || on_link(target))))
    return false;
  return config_.address.is_absent() || config_.gateway.is_absent();
}

void Planner::add_link() {
  // The MTU first: some drivers restart the link when it changes.
  if (config_.mtu != 0) {
    NetworkChange change;
    change.kind = Kind::SetMtu;
    change.mtu = config_.mtu;
    add(change);
  }
  add_link_up(On::Nic);  // before a VLAN on it can come up
  if (config_.vlan == 0) return;
  NetworkChange vlan;
  vlan.kind = Kind::AddVlan;
  vlan.vlan = config_.vlan;
  add(vlan);
  add_link_up(On::Vlan);
}

void Planner::add_link_up(On on) {
  NetworkChange change;
  change.on = on;
  if (on == on_ && config_.advertised) {
    // Before the link is up: the kernel asks for routers as soon as it is.
    change.kind = Kind::HeedAdvertisements;
    add(change);
  }
  if (on == on_ && config_.apart && config_.address.is_v4()) {
    change.kind = Kind::KeepApart;
    add(change);
  }
  if (on == on_ && !config_.target.is_v4() && config_.target.is_link_local() &&
      !config_.address.is_link_local()) {
    // Such a target is spoken to from a link-local address. The kernel makes one when the
    // link comes up, but tries it out for a second, unless it is there already.
    change.kind = Kind::AddLinkLocal;
    add(change);
  }
  // Once the link is up the kernel may make the same address by itself, and try it out: what is
  // there first, stays as it is, and no route can have it as its source.
  if (on == on_ && !config_.address.is_v4()) add_address();
  change.kind = Kind::LinkUp;
  add(change);
}

void Planner::take_prefix() {
  if (config_.address.is_absent()) return;
  prefix_ = config_.prefix;
  if (prefix_ == 0 || prefix_ > config_.address.max_prefix()) {
    // A prefix of 0 would put the whole Internet on the link.
    prefix_ = config_.address.max_prefix();
    note("the table's prefix cannot be: the address is set without a subnet");
  }
}

void Planner::add_address() {
  if (config_.address.is_absent()) return;
  NetworkChange change;
  change.kind = Kind::AddAddress;
  change.on = on_;
  change.address = config_.address;
  change.prefix = prefix_;
  add(change);
}

bool Planner::on_link(const IpAddress& address) const {
  if (!address.is_v4() && address.is_link_local()) return true;
  return prefix_ != 0 && same_network(config_.address, address, prefix_);
}

bool Planner::gateway_is_usable() {
  if (config_.gateway.is_absent()) return false;
  if (config_.address.is_absent()) {
    note("a gateway without an address of our own: not used");
    return false;
  }
  if (config_.gateway.is_v4() != config_.address.is_v4()) {
    note("gateway and address are of two families: the gateway is not used");
    return false;
  }
  if (config_.gateway == config_.address) {
    note("the gateway is this NIC's own address: not used");
    return false;
  }
  return true;
}

void Planner::add_route(const IpAddress& destination, std::uint8_t prefix,
                        const IpAddress& gateway) {
  NetworkChange change;
  change.kind = Kind::AddRoute;
  change.on = on_;
  change.address = destination;
  change.prefix = prefix;
  change.gateway = gateway;
  // A link-local destination must be spoken to from a link-local address (RFC 6724
  // section 5, rule 2): the kernel chooses that, unless the NIC's own is one.
  if (destination.is_v4() || !destination.is_link_local() || config_.address.is_link_local())
    change.source = config_.address;
  add(change);
}

void Planner::add_routes() {
  const IpAddress& target = config_.target;
  // Without an address only a link-local target can be spoken to: the kernel has a
  // link-local address of its own. Routes of a router advertisement are the kernel's.
  const bool has_source =
      !config_.address.is_absent() || (!target.is_v4() && target.is_link_local());
  const bool wants_target = !target.is_absent() && !target.is_loopback() && has_source;
  if (!gateway_is_usable()) {
    if (!wants_target) return;
    if (!on_link(target)) note("no gateway: the target is taken to be on the link");
    return add_host_route(target, IpAddress{});
  }
  const bool far_gateway = !on_link(config_.gateway);
  if (far_gateway) add_host_route(config_.gateway, IpAddress{});
  if (wants_target && !(far_gateway && target == config_.gateway))
    add_host_route(target, on_link(target) ? IpAddress{} : config_.gateway);
  IpAddress everything;
  if (config_.gateway.is_v4()) everything = IpAddress::v4(0, 0, 0, 0);
  add_route(everything, 0, config_.gateway);
}

}  // namespace

Result<NetworkPlan> plan_network(const LinkConfig& config) { return Planner{config}.plan(); }

NetworkFaultText fault_text(const LinkConfig& config, const Error& error) {
  std::array<char, 256> buffer{};
  TextWriter out{buffer};
  out << "address " << to_text(config.address) << '/';
  out.decimal(config.prefix) << ", VLAN ";
  out.decimal(config.vlan) << ", target " << to_text(config.target) << ": " << error.text;
  NetworkFaultText text;
  (void)text.assign(out.text());  // both have one size
  return text;
}

std::optional<NetworkPlan> plan_advertised(const LinkConfig& config, const Advertised& seen) {
  LinkConfig completed = config;
  if (config.address.is_absent()) {
    completed.address = seen.address;
    completed.prefix = seen.prefix;
  }
  if (completed.address.is_absent()) return std::nullopt;
  if (config.gateway.is_absent()) completed.gateway = seen.router;
  // The target's address is still to be found: that search adds the routes it needs.
  if (config.target.is_absent()) return NetworkPlan{};
  const bool on_link = same_network(completed.address, config.target, completed.prefix);
  if (!on_link && completed.gateway.is_absent()) return std::nullopt;
  return Planner{completed}.plan_target();
}

ChangeText to_text(const NetworkChange& change) {
  std::array<char, 128> buffer{};
  TextWriter out{buffer};
  switch (change.kind) {
    case Kind::SetMtu:
      (out << "MTU ").decimal(change.mtu);
      break;
    case Kind::HeedAdvertisements:
      out << "heed router advertisements";
      break;
    case Kind::KeepApart:
      out << "keep apart from other NICs";
      break;
    case Kind::LinkUp:
      out << "up";
      break;
    case Kind::AddVlan:
      (out << "VLAN ").decimal(change.vlan);
      break;
    case Kind::AddLinkLocal:
      out << "link-local address";
      break;
    case Kind::AddAddress:
      (out << "address " << to_text(change.address) << '/').decimal(change.prefix);
      break;
    case Kind::AddRoute:
      (out << "route to " << to_text(change.address) << '/').decimal(change.prefix);
      if (!change.gateway.is_absent()) out << " via " << to_text(change.gateway);
      break;
  }
  ChangeText text;
  (void)text.assign(out.text());  // as large as the buffer
  return text;
}

}  // namespace isboot::boot
