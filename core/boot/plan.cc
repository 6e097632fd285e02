#include "core/boot/plan.h"

#include "core/ibft/select.h"
#include "core/iscsi/url.h"

namespace isboot::boot {
namespace {

Error lacks(PlanErrc code, std::uint16_t offset, const char* text) {
  return Error{code, offset, text};
}

// isboot.nic= is a MAC address or a name.
Result<WantedLink> wanted_nic(Text nic) {
  WantedLink wanted;
  const Result<MacAddress> mac = parse_mac(nic);
  if (mac)
    wanted.mac = *mac;
  else
    ISBOOT_TRY(wanted.name.assign(nic));
  return wanted;
}

// What isboot.url= has in the place of the table's targets. Its texts borrow from both.
ibft::Target target_of(const iscsi::TargetUrl& url, const ibft::Table& table) {
  const ibft::Selection selection = ibft::select(table);
  ibft::Target target;
  if (!selection.candidates.empty())
    target = table.targets[selection.candidates[0].target];
  else if (!table.nics.empty())
    target.nic_index = table.nics[0].index;
  const Text name = url.target_name.empty() ? target.name : Text{url.target_name};
  if (!same_text(name, target.name)) {  // the secrets are another's
    target.chap = ibft::ChapType::None;
    target.chap_secret = target.reverse_chap_secret = {};
  }
  target.valid = target.boot_selected = true;
  target.address = url.portal.address;
  target.host = url.host;
  target.port = url.portal.port;
  target.lun = url.lun;
  target.name = name;
  return target;
}

// What the paths are made of.
struct Wishes {
  const ibft::Table& table;
  std::span<const ibft::Target> targets;
  const Parameters& parameters;
  Text nic;  // isboot.nic=, or the one that the URL names
};

Result<Done> set_link(const Wishes& wishes, const ibft::Candidate& candidate, Path& path) {
  const ibft::Table& table = wishes.table;
  const Parameters& parameters = wishes.parameters;
  const ibft::Target& target = wishes.targets[candidate.target];
  if (!candidate.nic)
    return lacks(PlanErrc::NoNic, target.offset, "the table has no NIC for this target");
  const ibft::Nic& nic = table.nics[*candidate.nic];
  path.nic_index = *candidate.nic;
  path.nic.mac = nic.mac;
  // All zeros is 00:00.0, a host bridge: firmware that does not know writes that.
  if (nic.pci.value != 0) path.nic.pci = nic.pci.value;
  path.origin = nic.origin;
  path.link = {.address = nic.address,
               .prefix = nic.prefix,
               .gateway = nic.gateway,
               .target = target.address,
               .vlan = parameters.vlan.value_or(nic.vlan),
               .mtu = parameters.mtu};
  if (!wishes.nic.empty()) path.nic = ISBOOT_TRY(wanted_nic(wishes.nic));
  // A name may have an address of either family: the NIC's decides.
  const bool v6 = !target.address.is_v4();
  // An IPv4 address leads to no IPv6 target: one that a router advertises does.
  if (v6 && !target.address.is_absent() && !nic.address.is_absent() && nic.address.is_v4()) {
    path.origin = ibft::Origin::RouterAdvertisement;
    path.link.address = path.link.gateway = {};
    path.link.prefix = 0;
  }
  path.link.advertised = v6 && path.origin == ibft::Origin::RouterAdvertisement;
  // Every link has a link-local address for a link-local target.
  const bool comes_by_itself = path.link.advertised || (v6 && target.address.is_link_local());
  if (path.link.address.is_absent() && !comes_by_itself)
    return lacks(PlanErrc::NoAddress, nic.offset, "the NIC has no address");
  return Done{};
}

Result<Done> set_credentials(const ibft::Target& target, iscsi::Credentials& credentials) {
  if (target.chap == ibft::ChapType::None) {
    // Perhaps the type was forgotten: the target chooses, and need not ask for CHAP.
    if (!credentials.name.assign(target.chap_name) ||
        !credentials.secret.assign(as_bytes(target.chap_secret)) || !credentials.one_way())
      credentials = {};
    return Done{};
  }
  const std::uint16_t at = target.offset;
  if (!credentials.name.assign(target.chap_name))
    return lacks(PlanErrc::ChapNameTooLong, at, "its CHAP name is longer than 255 bytes");
  if (!credentials.secret.assign(as_bytes(target.chap_secret)))
    return lacks(PlanErrc::SecretTooLong, at, "its CHAP secret is longer than 255 bytes");
  if (target.chap != ibft::ChapType::Mutual) return Done{};
  if (!credentials.reverse_name.assign(target.reverse_chap_name))
    return lacks(PlanErrc::ReverseChapNameTooLong, at,
                 "its reverse CHAP name is longer than 255 bytes");
  if (!credentials.reverse_secret.assign(as_bytes(target.reverse_chap_secret)))
    return lacks(PlanErrc::SecretTooLong, at, "its reverse CHAP secret is longer than 255 bytes");
  return Done{};
}

Result<Done> set_login(const ibft::Table& table, const ibft::Target& target,
                       const Parameters& parameters, iscsi::LoginConfig& login) {
  if (!parameters.initiator.empty())
    login.initiator_name = parameters.initiator;
  else if (table.initiator && !login.initiator_name.assign(table.initiator->name))
    return lacks(PlanErrc::NameTooLong, table.initiator->offset,
                 "the initiator's name is longer than 223 bytes");
  if (login.initiator_name.empty())
    return lacks(PlanErrc::NoInitiatorName, table.initiator ? table.initiator->offset : 0,
                 "there is no initiator name: set isboot.initiator=");
  if (!login.target_name.assign(target.name))
    return lacks(PlanErrc::NameTooLong, target.offset, "its name is longer than 223 bytes");
  login.header_digest = parameters.header_digest;
  login.data_digest = parameters.data_digest;
  login.chap_algorithms = parameters.chap;
  return set_credentials(target, login.credentials);
}

// Fills in a fresh `path`.
Result<Done> make_path(const Wishes& wishes, const ibft::Candidate& candidate, Path& path) {
  const ibft::Table& table = wishes.table;
  const ibft::Target& target = wishes.targets[candidate.target];
  path.target_index = candidate.target;
  path.reason = candidate.reason;
  path.boot_selected = target.boot_selected;
  path.nic_reason = wishes.nic.empty() ? candidate.nic_reason : "isboot.nic= says so";
  if (!path.host.assign(target.host))
    return lacks(PlanErrc::NameTooLong, target.offset,
                 "its server's name is longer than 255 bytes");
  if (candidate.nic) path.dns = table.nics[*candidate.nic].dns;
  path.portal = {target.address, target.port};
  path.lun = target.lun;
  ISBOOT_TRY(set_link(wishes, candidate, path));
  return set_login(table, target, wishes.parameters, path.login);
}

bool share_subnet(const LinkConfig& a, const LinkConfig& b) {
  const std::uint8_t prefix = a.prefix < b.prefix ? a.prefix : b.prefix;
  return a.vlan == b.vlan && !a.address.is_absent() && !b.address.is_absent() && prefix != 0 &&
         same_network(a.address, b.address, prefix);
}

// What a name leads to is not known yet.
bool may_be_one_target(const Path& a, const Path& b) {
  return !a.host.empty() || !b.host.empty() || a.link.target == b.link.target;
}

// The kernel's routes are the machine's, not the NIC's: where two paths could be taken for
// one another, each is told to keep to its own link.
void keep_apart(Plan& plan) {
  for (Path& path : plan)
    for (const Path& other : plan)
      if (path.nic_index != other.nic_index &&
          (may_be_one_target(path, other) || share_subnet(path.link, other.link)))
        path.link.apart = true;
}

// The paths, and the targets that there are none to.
Result<Done> make_paths(const Wishes& wishes, Plan& plan, LeftOuts& left) {
  const ibft::Selection selection = ibft::select(wishes.table, wishes.targets);
  Error why =
      lacks(PlanErrc::NoTarget, wishes.table.control.offset, "the table has no usable target");
  if (!selection.skipped.empty())
    why = lacks(PlanErrc::NoTarget, wishes.targets[selection.skipped[0].target].offset,
                selection.skipped[0].reason);
  for (const ibft::Candidate& candidate : selection.candidates) {
    const auto made = make_path(wishes, candidate, plan.add());  // room for every target
    if (made) continue;
    --plan.count;
    left.push({candidate.target, made.error().text, true});
    if (plan.empty() && &candidate == selection.candidates.begin()) why = made.error();
  }
  for (const ibft::Skipped& skipped : selection.skipped)
    left.push({skipped.target, skipped.reason, wishes.targets[skipped.target].boot_selected});
  if (plan.empty()) return why;
  // With isboot.nic= all paths go through one NIC.
  if (wishes.nic.empty()) keep_apart(plan);
  return Done{};
}

}  // namespace

Result<Done> make_plan(const ibft::Table& table, const Parameters& parameters, Plan& plan,
                       LeftOuts* left_out) {
  plan.count = 0;
  LeftOuts ignored;
  LeftOuts& left = left_out != nullptr ? *left_out : ignored;
  left.count = 0;
  if (parameters.url.empty())
    return make_paths({table, table.targets.view(), parameters, parameters.nic}, plan, left);
  const auto url = iscsi::parse_url(parameters.url);
  if (!url) return Error{PlanErrc::BadUrl, url.error().offset, url.error().text};
  const ibft::Target target = target_of(*url, table);
  const Text nic = parameters.nic.empty() ? Text{url->link} : Text{parameters.nic};  // "%eth0"
  return make_paths({table, {&target, 1}, parameters, nic}, plan, left);
}

std::size_t paths_at_once(const Plan& plan, std::size_t first, std::size_t count) {
  std::size_t end = first;
  while (end < count && plan[end].boot_selected) ++end;
  return end == first ? 1 : end - first;
}

}  // namespace isboot::boot
