// Each session has a NIC, some the same one. It is mended before a connect: core/boot/nic_turn.h
// and the plan decide.
#include "tests/keep/world.h"

namespace isboot::keep::simulation {
namespace {

using boot::LinkOrigin;
using boot::NicTurn;

constexpr std::uint16_t kVlan = 42;
constexpr std::size_t kMostSteps = 12;

}  // namespace

MacAddress mac_of(std::uint32_t hardware) {
  return {{0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(hardware)}};
}

LinkName name_of(std::uint32_t number, const char* prefix) {
  LinkName name;
  (void)name.assign(prefix + std::to_string(number));
  return name;
}

// By its MAC or its name, with a VLAN or without, its target beside it or behind a router.
std::shared_ptr<Nic> World::add_nic() {
  auto nic = std::make_shared<Nic>();
  nic->hardware = ++hardware_;
  const auto number = static_cast<std::uint8_t>(hardware_);
  if (random_.one_in(4))
    nic->setup.nic.name = name_of(hardware_, "eth");
  else
    nic->setup.nic.mac = mac_of(hardware_);
  LinkConfig& config = nic->setup.config;
  config.prefix = 24;
  config.target = home_portal_.address;
  config.apart = nics_are_apart_;
  config.vlan = random_.one_in(3) ? kVlan : std::uint16_t{0};
  const bool is_near = random_.one_in(3);
  config.address = is_near ? IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(10 + number))
                           : IpAddress::v4(10, 0, number, 5);
  if (!is_near) config.gateway = IpAddress::v4(10, 0, number, 1);
  load_driver(*nic);
  set_up(*nic, boot::plan_network(config)->changes.view());
  return nic;
}

void World::give_nic(Kept& kept, const std::shared_ptr<Nic>& nic) {
  kept.nic = nic;
  const Link* const carrier = carrier_of(*nic);
  kept.link = carrier != nullptr ? carrier->seen.id.index : 0;
}

void World::load_driver(const Nic& nic) {
  const LinkName name = name_of(nic.hardware, "eth");
  if (Link* taken = links_.named(name))  // udev gives each NIC its own
    taken->seen.name = name_of(taken->seen.id.index, "x");
  boot::SeenLink seen;
  seen.name = name;
  seen.mac = seen.permanent_mac = mac_of(nic.hardware);
  links_.add({.seen = seen, .hardware = nic.hardware});
}

// False: the kernel refuses one of them.
bool World::set_up(const Nic& nic, std::span<const boot::NetworkChange> changes) {
  Link* const link = links_.of_hardware(nic.hardware);
  bool done = true;
  for (const boot::NetworkChange& change : changes) {
    Link* carrier = carrier_of(nic);
    if (change.kind != boot::NetworkChange::Kind::AddVlan) {
      done = links_.make(change, *link, carrier != nullptr ? *carrier : *link) && done;
    } else if (carrier == nullptr) {
      boot::SeenLink seen;
      seen.mac = link->seen.mac;
      seen.origin = LinkOrigin::Stacked;
      links_.add({.seen = seen, .hardware = nic.hardware, .parent = link->seen.id, .vlan = kVlan});
    }
  }
  return done;
}

// What is to have the plan's address, if it is there.
Link* World::carrier_of(const Nic& nic) {
  Link* const link = links_.of_hardware(nic.hardware);
  if (link == nullptr || nic.setup.config.vlan == 0) return link;
  return links_.vlan_of(link->seen.id, nic.setup.config.vlan);
}

// False: the connect cannot be tried.
bool World::mend(Kept& kept) {
  const Nic& nic = *kept.nic;
  NicTurn turn{nic.setup, {kept.link}, kept.unreachable};
  NicTurn::Do next = turn.begin();
  for (std::size_t steps = 0; steps < kMostSteps; ++steps) {
    if (next.kind == NicTurn::Do::Kind::GiveUp) return false;
    if (next.kind == NicTurn::Do::Kind::Use) {
      kept.link = next.link.index;
      kept.by = next.by.index;
      return true;
    }
    next = turn.on_event(carry_out(turn, next, nic));
  }
  fail("a NIC is looked at without an end");
}

NicTurn::Event World::carry_out(NicTurn& turn, const NicTurn::Do& what, const Nic& nic) {
  using Kind = NicTurn::Event::Kind;
  const NicTurn::Event failed{.kind = Kind::Failed, .error = {Errc::NotFound, 0, "refused"}};
  if (random_.one_in(60)) return failed;
  Link* const link = links_.at(what.link);
  switch (what.kind) {
    case NicTurn::Do::Kind::LookAtLink:
      if (link == nullptr) return failed;
      return {
          .kind = Kind::LinkSeen, .link = link->seen, .parent = link->parent, .vlan = link->vlan};
    case NicTurn::Do::Kind::LookAtAddresses:
      if (link == nullptr) break;
      for (const Subnet& address : link->addresses) turn.take_address(address.address);
      break;
    case NicTurn::Do::Kind::FindNic: {
      std::vector<boot::SeenLink> links;
      for (const Link& each : links_.all()) links.push_back(each.seen);
      const auto choice = boot::choose_link(links, nic.setup.nic);
      if (!choice) return failed;
      NicTurn::Event found{.kind = Kind::NicFound, .link = links[choice->index]};
      found.carrier = found.link.id;
      if (nic.setup.config.vlan == 0) return found;
      const Link* const vlan = links_.vlan_of(found.link.id, nic.setup.config.vlan);
      found.carrier = vlan != nullptr ? vlan->seen.id : LinkId{};
      return found;
    }
    default:
      return set_up_again(turn.plan(), what.link, nic) ? is_set_up(nic) : failed;
  }
  return {.kind = Kind::AddressesSeen};
}

NicTurn::Event World::is_set_up(const Nic& nic) {
  NicTurn::Event event{.kind = NicTurn::Event::Kind::IsSetUp};
  event.link = carrier_of(nic) != nullptr ? carrier_of(nic)->seen : boot::SeenLink{};
  return event;
}

bool World::set_up_again(const boot::NetworkPlan& plan, LinkId number, const Nic& nic) {
  const Link* const link = links_.of_hardware(nic.hardware);
  const bool is_the_plans = link != nullptr && link->seen.id == number;
  if (!is_the_plans) fail("a link is set up that is not the plan's");
  const IpAddress& ours = nic.setup.config.address;
  const Link* const carrier = carrier_of(nic);
  const bool has_ours = carrier != nullptr && carrier->has(ours);
  if (link->seen.master.index != 0 && plan.changes.count > 1 && !has_ours)
    fail("a port is given the address that its bridge has");
  const bool works = carrier != nullptr && carrier->seen.up && link->seen.up;
  if (works && !has_ours && carrier->has_another_than(ours))
    fail("a NIC is set up that somebody else manages");
  const auto changes = plan.changes.view();
  const bool is_cut = random_.one_in(20);
  return set_up(nic, is_cut ? changes.first(random_.below(changes.size())) : changes) && !is_cut;
}

// Nothing: there is no way, which the kernel says at once.
Link* World::way_of(const Kept& kept, const Portal& portal) {
  const bool is_bound = kept.nic->setup.config.apart;
  return links_.way_to(portal.address, is_bound ? std::optional{LinkId{kept.by}} : std::nullopt);
}

// Whether a connection gets anywhere.
bool World::is_reachable(const Kept& kept, const Portal& portal) {
  const Link* const way = way_of(kept, portal);
  const Link* const link = links_.of_hardware(kept.nic->hardware);
  if (way == nullptr || link == nullptr || !link->seen.up || !kept.nic->carrier) return false;
  if (way->hardware != kept.nic->hardware || way->seen.master.index != 0) return false;
  const bool is_bridge = link->seen.master == way->seen.id;
  if (is_bridge) return true;
  return link->seen.master.index == 0 && way->vlan == kept.nic->setup.config.vlan;
}

// Others take and give what they like, but nobody than them has what is the plan's.
void World::check_links() {
  for (const auto& kept : all_) {
    const IpAddress& ours = kept->nic->setup.config.address;
    for (const Link& link : links_.all()) {
      const bool is_its_own = link.hardware == kept->nic->hardware;
      if (!is_its_own && link.has(ours)) fail("another link has the address of the plan");
      for (const Route& route : link.routes)
        if (!is_its_own && route.source == ours) fail("another link has a route of the plan");
    }
  }
}

}  // namespace isboot::keep::simulation
