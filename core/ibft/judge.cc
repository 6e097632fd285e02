#include "core/ibft/judge.h"

#include "core/ibft/layout.h"
#include "core/ibft/name.h"

namespace isboot::ibft {
namespace {

using Code = FindingCode;

// The findings of one structure.
class Report {
public:
  Report(Findings& findings, Place place, std::uint16_t offset)
      : findings_{findings}, place_{place}, offset_{offset} {}

  void add(Code code, std::uint16_t at, const char* field) const {
    findings_.add(code, place_, static_cast<std::uint32_t>(offset_) + at, field);
  }
  // Adds when `wrong`; returns it.
  bool check(bool wrong, Code code, std::uint16_t at, const char* field) const {
    if (wrong) add(code, at, field);
    return wrong;
  }

private:
  Findings& findings_;
  Place place_;
  std::uint16_t offset_;
};

constexpr std::uint16_t kFlagsAt = layout::common::kFlags;

// Bytes, of the names and secrets that isboot keeps.
constexpr std::size_t kMaxChapText = 255;

bool is_no_host(const IpAddress& address) {
  return address.is_multicast() || address.is_loopback();
}

void judge_name(Text name, std::uint16_t at, const Report& report) {
  if (report.check(name.empty(), Code::NameMissing, at, "name") ||
      report.check(name.size() > kMaxIscsiName, Code::TextTooLong, at, "name"))
    return;
  report.check(!is_iscsi_name(name), Code::NameFormat, at, "name");
}

void judge_initiator(const Initiator& initiator, Findings& findings) {
  const Report report{findings, {StructureKind::Initiator, 0}, initiator.offset};
  report.check(initiator.boot_selected && !initiator.valid, Code::BlockNotValid, kFlagsAt, "flags");
  judge_name(initiator.name, layout::initiator::kName, report);
}

// Whether a boot from one of the table's targets needs the NIC's address. isboot asks no DHCP
// server; what comes by itself is a link-local address, or one that a router advertises.
bool needs_address(const Table& table, const Nic& nic) {
  for (const Target& target : table.targets) {
    if (!is_used(target) || target.nic_index != nic.index || target.address.is_absent()) continue;
    const bool v6 = !target.address.is_v4();
    if (!v6 || (nic.origin != Origin::RouterAdvertisement && !target.address.is_link_local()))
      return true;
  }
  return nic.origin == Origin::Manual || nic.origin == Origin::WellKnown;
}

void judge_nic_address(const Table& table, const Nic& nic, const Report& report) {
  namespace at = layout::nic;
  if (nic.address.is_absent()) {
    report.check(needs_address(table, nic), Code::AddressMissing, at::kAddress, "address");
    return;
  }
  report.check(is_no_host(nic.address), Code::AddressNotHost, at::kAddress, "address");
  report.check(nic.prefix == 0, Code::PrefixZero, at::kPrefix, "prefix");
  if (report.check(nic.prefix > nic.address.max_prefix(), Code::PrefixTooLong, at::kPrefix,
                   "prefix"))
    return;
  // An IPv6 router is reached by its link-local address (RFC 4861 section 6.1.2).
  const bool v6_router = !nic.gateway.is_v4() && nic.gateway.is_link_local();
  report.check(!nic.gateway.is_absent() && !v6_router && nic.prefix != 0 &&
                   !same_network(nic.address, nic.gateway, nic.prefix),
               Code::GatewayOutside, at::kGateway, "gateway");
}

void judge_nic(const Table& table, std::uint8_t number, Findings& findings) {
  namespace at = layout::nic;
  const Nic& nic = table.nics[number];
  const Report report{findings, {StructureKind::Nic, number}, nic.offset};
  if (!is_used(nic)) return;
  report.check(!nic.valid, Code::BlockNotValid, kFlagsAt, "flags");
  if (!report.check(nic.mac.is_zero(), Code::MacZero, at::kMac, "mac"))
    report.check(nic.mac.is_multicast(), Code::MacMulticast, at::kMac, "mac");
  report.check(nic.origin > Origin::RouterAdvertisement && nic.origin != Origin::Unchanged,
               Code::OriginUnknown, at::kOrigin, "origin");
  report.check(nic.vlan > 4094, Code::VlanRange, at::kVlan, "vlan");
  judge_nic_address(table, nic, report);
}

void judge_chap(const Target& target, const Report& report) {
  namespace at = layout::target;
  if (report.check(target.chap > ChapType::Mutual, Code::ChapUnknown, at::kChap, "chap")) return;
  const bool chap = target.chap != ChapType::None;
  const bool mutual = target.chap == ChapType::Mutual;
  // A RADIUS server has the secret then.
  const bool local = chap && !target.radius_chap;
  const bool local_reverse = mutual && !target.radius_reverse_chap;
  const auto used = [&](Text value, bool needed, bool allowed, Code missing, std::uint16_t field_at,
                        const char* field) {
    report.check(needed && value.empty(), missing, field_at, field);
    report.check(!allowed && !value.empty(), Code::ChapUnused, field_at, field);
    report.check(allowed && value.size() > kMaxChapText, Code::TextTooLong, field_at, field);
  };
  used(target.chap_name, local, chap, Code::ChapNameMissing, at::kChapName, "chap name");
  used(target.chap_secret, local, chap, Code::ChapSecretMissing, at::kChapSecret, "chap secret");
  // Without a reverse name every name of the target is accepted.
  used(target.reverse_chap_name, false, mutual, Code::ChapNameMissing, at::kReverseChapName,
       "reverse chap name");
  used(target.reverse_chap_secret, local_reverse, mutual, Code::ChapSecretMissing,
       at::kReverseChapSecret, "reverse chap secret");
}

void judge_path(const Table& table, const Target& target, const Report& report) {
  namespace at = layout::target;
  const std::size_t found = find_nic(table, target);
  if (report.check(found == kMaxPairs, Code::NicIndexUnknown, at::kNicIndex, "nic index")) return;
  const Nic& nic = table.nics[found];
  report.check(target.boot_selected && !is_used(nic), Code::NicNotValid, at::kNicIndex,
               "nic index");
  if (nic.address.is_absent() || target.address.is_absent()) return;
  if (report.check(nic.address.is_v4() != target.address.is_v4(), Code::FamilyMismatch,
                   at::kAddress, "address"))
    return;
  report.check(nic.gateway.is_absent() && nic.prefix <= nic.address.max_prefix() &&
                   !same_network(nic.address, target.address, nic.prefix),
               Code::TargetUnreachable, at::kAddress, "address");
}

void judge_target(const Table& table, const Target& target, std::uint8_t number,
                  Findings& findings) {
  namespace at = layout::target;
  const Report report{findings, {StructureKind::Target, number}, target.offset};
  if (!is_used(target)) return;
  report.check(!target.valid, Code::BlockNotValid, kFlagsAt, "flags");
  judge_name(target.name, at::kName, report);
  if (!report.check(target.address.is_absent(), Code::AddressMissing, at::kAddress, "address"))
    report.check(is_no_host(target.address), Code::AddressNotHost, at::kAddress, "address");
  report.check(target.address.is_reserved(), Code::AddressReserved, at::kAddress, "address");
  report.check(target.port == 0, Code::PortZero, at::kPort, "port");
  report.check(!target.lun.number(), Code::LunFormat, at::kLun, "lun");
  judge_chap(target, report);
  judge_path(table, target, report);
}

template <class Block, std::size_t size>
void judge_indices(const List<Block, size>& blocks, StructureKind kind, Findings& findings) {
  for (std::uint8_t i = 0; i < blocks.count; ++i)
    for (std::uint8_t k = 0; k < i; ++k) {
      if (!is_used(blocks[i]) || !is_used(blocks[k]) || blocks[i].index != blocks[k].index)
        continue;
      const Report report{findings, {kind, i}, blocks[i].offset};
      report.add(Code::IndexRepeated, layout::common::kIndex, "index");
      break;
    }
}

void judge_selection(const Table& table, Findings& findings) {
  bool selected = false;
  for (std::uint8_t i = 0; i < table.targets.count; ++i) {
    const Target& target = table.targets[i];
    if (!target.boot_selected) continue;
    const Report report{findings, {StructureKind::Target, i}, target.offset};
    report.check(selected, Code::BootTargetSeveral, kFlagsAt, "flags");
    selected = true;
  }
  const Report control{findings, {StructureKind::Control, 0}, table.control.offset};
  control.check(!selected && table.targets.count != 0, Code::BootTargetMissing,
                layout::control::kFirstPair + 2, "target0 offset");
}

}  // namespace

std::size_t find_nic(const Table& table, const Target& target) {
  for (std::size_t i = 0; i < table.nics.count; ++i)
    if (table.nics[i].index == target.nic_index) return i;
  return kMaxPairs;
}

void judge(const Table& table, Findings& findings) {
  const Report control{findings, {StructureKind::Control, 0}, table.control.offset};
  control.check(!table.initiator, Code::InitiatorMissing, layout::control::kInitiator,
                "initiator offset");
  control.check(table.nics.empty(), Code::NicMissing, layout::control::kFirstPair, "nic0 offset");
  control.check(table.targets.empty(), Code::TargetMissing, layout::control::kFirstPair + 2,
                "target0 offset");
  if (table.initiator) judge_initiator(*table.initiator, findings);
  for (std::uint8_t i = 0; i < table.nics.count; ++i) judge_nic(table, i, findings);
  for (std::uint8_t i = 0; i < table.targets.count; ++i)
    judge_target(table, table.targets[i], i, findings);
  judge_indices(table.nics, StructureKind::Nic, findings);
  judge_indices(table.targets, StructureKind::Target, findings);
  judge_selection(table, findings);
}

}  // namespace isboot::ibft
