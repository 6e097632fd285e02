#include "core/boot/plan.h"

#include "core/ibft/select.h"

namespace isboot::boot {
namespace {

Error lacks(PlanErrc code, std::uint16_t offset, const char* text) {
  return Error{code, offset, text};
}

Result<Done> set_link(const ibft::Table& table, const ibft::Candidate& candidate,
                      const Parameters& parameters, Path& path) {
  const ibft::Target& target = table.targets[candidate.target];
  if (!candidate.nic)
    return lacks(PlanErrc::NoNic, target.offset, "the table has no NIC for this target");
  const ibft::Nic& nic = table.nics[*candidate.nic];
  path.nic_index = *candidate.nic;
  path.mac = nic.mac;
  path.origin = nic.origin;
  path.link = {.address = nic.address,
               .prefix = nic.prefix,
               .gateway = nic.gateway,
               .target = target.address,
               .vlan = parameters.vlan.value_or(nic.vlan),
               .mtu = parameters.mtu};
  if (!parameters.nic.empty()) {
    const Result<MacAddress> mac = parse_mac(parameters.nic);
    if (mac) path.mac = *mac;
  }
  if (nic.address.is_absent())
    return lacks(PlanErrc::NoAddress, nic.offset, "the NIC has no address");
  return Done{};
}

Result<Done> set_credentials(const ibft::Target& target, iscsi::Credentials& credentials) {
  if (target.chap == ibft::ChapType::None) return Done{};
  ISBOOT_TRY(credentials.name.assign(target.chap_name));
  ISBOOT_TRY(credentials.secret.assign(as_bytes(target.chap_secret)));
  if (target.chap != ibft::ChapType::Mutual) return Done{};
  ISBOOT_TRY(credentials.reverse_name.assign(target.reverse_chap_name));
  ISBOOT_TRY(credentials.reverse_secret.assign(as_bytes(target.reverse_chap_secret)));
  return Done{};
}

Result<Done> set_login(const ibft::Table& table, const ibft::Target& target,
                       const Parameters& parameters, iscsi::LoginConfig& login) {
  if (!parameters.initiator.empty())
    login.initiator_name = parameters.initiator;
  else if (table.initiator)
    ISBOOT_TRY(login.initiator_name.assign(table.initiator->name));
  if (login.initiator_name.empty())
    return lacks(PlanErrc::NoInitiatorName, table.initiator ? table.initiator->offset : 0,
                 "there is no initiator name: set isboot.initiator=");
  ISBOOT_TRY(login.target_name.assign(target.name));
  login.header_digest = parameters.header_digest;
  login.data_digest = parameters.data_digest;
  return set_credentials(target, login.credentials);
}

Result<Path> make_path(const ibft::Table& table, const ibft::Candidate& candidate,
                       const Parameters& parameters) {
  const ibft::Target& target = table.targets[candidate.target];
  Path path;
  path.target_index = candidate.target;
  path.reason = candidate.reason;
  path.portal = {target.address, target.port};
  path.lun = target.lun;
  ISBOOT_TRY(set_link(table, candidate, parameters, path));
  ISBOOT_TRY(set_login(table, target, parameters, path.login));
  return path;
}

}  // namespace

Result<Done> make_plan(const ibft::Table& table, const Parameters& parameters, Plan& plan) {
  plan.count = 0;
  const ibft::Selection selection = ibft::select(table);
  Error why = lacks(PlanErrc::NoTarget, table.control.offset, "the table has no usable target");
  if (!selection.skipped.empty())
    why = lacks(PlanErrc::NoTarget, table.targets[selection.skipped[0].target].offset,
                selection.skipped[0].reason);
  for (const ibft::Candidate& candidate : selection.candidates) {
    const Result<Path> path = make_path(table, candidate, parameters);
    if (path)
      plan.push(*path);
    else if (plan.empty() && &candidate == selection.candidates.begin())
      why = path.error();
  }
  if (plan.empty()) return why;
  return Done{};
}

}  // namespace isboot::boot
