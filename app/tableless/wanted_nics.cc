#include "app/tableless/wanted_nics.h"

#include <algorithm>

#include "core/boot/command_line.h"

namespace isboot::app {

// Gives a NIC that is named in some way both of its names; one that nobody names stays without.
Result<Done> WantedNics::name_nic(IpParameter& nic) const {
  if (nic.mac.is_zero() && nic.device.empty()) {
    const Text given = parameters_.nic;
    // pxelinux and iPXE's users name the NIC that loaded the kernel, with "01-" for Ethernet.
    const auto loader = boot::command_line_value(command_line_, "BOOTIF");
    const Text named = given.empty() && loader ? *loader : given;
    for (const std::size_t start : {0U, 3U})
      if (const auto mac = parse_mac(part_of(named, start))) nic.mac = *mac;
    if (nic.mac.is_zero()) ISBOOT_TRY(nic.device.assign(given));
  }
  if (!nic.mac.is_zero()) {
    const auto device = interface_with(nic.mac, paths_);
    if (!device) return Error{Errc::NotFound, 0, "no NIC has the MAC address that is named for it"};
    return nic.device.assign(*device);
  }
  if (nic.device.empty()) return Done{};
  const auto mac = mac_of(std::string{nic.device.view()}, paths_);
  if (!mac) return Error{Errc::NotFound, 0, "the NIC that ip= or isboot.nic= names is not there"};
  nic.mac = *mac;
  return Done{};
}

Result<Done> WantedNics::take_lease(IpParameter& nic, Leases& leases) const {
  const auto lease = std::find_if(leases.begin(), leases.end(), [&](const boot::Lease& one) {
    return nic.device.empty() || one.device == nic.device;
  });
  if (lease == leases.end())
    return Error{Errc::NotFound, 0,
                 "ip= asks for DHCP, and the initramfs's client has left no lease "
                 "(/run/net-*.conf, /tmp/dhclient.*.dhcpopts): give the address itself, "
                 "ip=ADDRESS::GATEWAY:NETMASK"};
  boot::apply_lease(*lease, nic);
  leases.erase(lease);
  return name_nic(nic);
}

// DHCP for no NIC by name.
bool WantedNics::is_for_any(IpParameter nic) const {
  return nic.method == IpParameter::Method::Dhcp && name_nic(nic) && nic.device.empty();
}

bool WantedNics::asks_any_nic() const {
  for (const IpParameter& nic : wanted_.nics)
    if (is_for_any(nic)) return true;
  return false;
}

// Whether one of ip= is for that NIC.
bool WantedNics::is_named(const LinkName& device) const {
  for (IpParameter nic : wanted_.nics)
    if (name_nic(nic) && nic.device == device) return true;
  return false;
}

bool WantedNics::leads_to_a_target(const boot::Lease& lease) const {
  return std::any_of(wanted_.targets.begin(), wanted_.targets.end(), [&](const auto& target) {
    return same_network(lease.address, target.url.portal.address, lease.prefix);
  });
}

// What is wanted, with one for each NIC that has got a lease in the place of one for any: which of
// them leads to a target is seen then. Where there is no room for all, those that do come first.
WantedNics::Nics WantedNics::nics_for(const Leases& leases) const {
  Nics result;
  const IpParameter* for_any = nullptr;
  std::size_t without = 0;
  for (const IpParameter& nic : wanted_.nics) {
    if (is_for_any(nic)) {
      for_any = &nic;
      ++without;
    } else {
      (void)result.push(nic);
    }
  }
  if (for_any == nullptr) return result;
  IpParameter one = *for_any;
  for (const bool leads : {true, false})
    for (const boot::Lease& lease : leases) {
      // A client may have left two of one NIC.
      const auto is_its = [&](const IpParameter& nic) { return nic.device == lease.device; };
      if (lease.device.empty() || leads_to_a_target(lease) != leads || is_named(lease.device) ||
          std::any_of(result.begin(), result.end(), is_its))
        continue;
      one.device = lease.device;
      (void)result.push(one);
      if (without > 0) --without;
    }
  for (; without > 0; --without) (void)result.push(*for_any);
  return result;
}

std::vector<std::string> WantedNics::without_lease(const Patience& patience) const {
  for (;;) {
    Lacking lacking = lacking_lease();
    if (!lacking.lease.empty() || lacking.nic.empty()) return lacking.lease;
    if (patience.clock.now() >= patience.give_up) return lacking.nic;
    patience.clock.sleep_until(patience.clock.now() + kNicPause);
  }
}

WantedNics::Lacking WantedNics::lacking_lease() const {
  Lacking result;
  Leases leases = read_leases(paths_);
  for (IpParameter nic : wanted_.nics) {
    if (nic.method != IpParameter::Method::Dhcp) continue;
    if (!name_nic(nic)) {
      result.nic.emplace_back(nic.device.view());
      continue;
    }
    const bool for_any = is_for_any(nic);
    if (!take_lease(nic, leases)) {
      result.lease.emplace_back(nic.device.view());
    } else if (const auto now = completed(); for_any && now && !now->wanted.reaches_all()) {
      const std::vector<std::string> others = others_without_lease();
      result.lease.insert(result.lease.end(), others.begin(), others.end());
    }
  }
  return result;
}

bool WantedNics::lead_to_all() const {
  const auto now = completed();
  return now && !wanted_.targets.empty() && now->wanted.leads_to_all();
}

// The NICs that no ip= names.
std::vector<std::string> WantedNics::others_without_lease() const {
  std::vector<std::string> names;
  const Leases leases = read_leases(paths_);
  for (const std::string& name : ethernet_nics(paths_)) {
    LinkName device;
    const bool has_lease = std::any_of(leases.begin(), leases.end(), [&](const boot::Lease& one) {
      return same_text(one.device, name);
    });
    if (!has_lease && device.assign(name) && !is_named(device)) names.push_back(name);
  }
  return names;
}

bool WantedNics::may_get_more() const { return asks_any_nic() && !others_without_lease().empty(); }

Result<Done> WantedNics::complete(IpParameter& nic, Leases& leases) const {
  ISBOOT_TRY(name_nic(nic));
  if (nic.method == IpParameter::Method::Dhcp) ISBOOT_TRY(take_lease(nic, leases));
  if (nic.device.empty()) {
    const auto all = ethernet_nics(paths_);
    if (all.empty()) return Error{Errc::NotFound, 0, "there is no Ethernet NIC for ip="};
    ISBOOT_TRY(nic.device.assign(all.front()));
    ISBOOT_TRY(name_nic(nic));
  }
  return Done{};
}

Result<WantedNics::Completed> WantedNics::completed() const {
  Completed result{wanted_, {}, {}};
  result.wanted.nics.count = 0;
  Leases leases = read_leases(paths_);
  for (IpParameter nic : nics_for(leases)) {
    const auto done = complete(nic, leases);
    if (!done && done.error().code != Errc::NotFound) return done.error();
    if (done) {
      (void)result.wanted.nics.push(nic);
    } else if (!result.lacks) {
      result.lacks = done.error();
      result.name = nic.device.view();
      if (!nic.mac.is_zero()) result.name = to_text(nic.mac).view();
    }
  }
  return result;
}

}  // namespace isboot::app
