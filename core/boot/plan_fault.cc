#include "core/boot/plan_fault.h"

#include "core/boot/network_plan.h"
#include "core/ibft/finding.h"
#include "core/iscsi/tolerance.h"

namespace isboot::boot {
namespace {

constexpr std::size_t kMostOfValue = 60;

// The structure that begins at `offset`; the header where none does.
ibft::Place place_at(const ibft::Table& table, std::uint32_t offset) {
  using ibft::StructureKind;
  if (offset == 0) return {};
  if (table.initiator && table.initiator->offset == offset) return {StructureKind::Initiator, 0};
  if (table.control.offset == offset) return {StructureKind::Control, 0};
  for (std::uint8_t i = 0; i < table.nics.count; ++i)
    if (table.nics[i].offset == offset) return {StructureKind::Nic, i};
  for (std::uint8_t i = 0; i < table.targets.count; ++i)
    if (table.targets[i].offset == offset) return {StructureKind::Target, i};
  return {};
}

// The name that is too long.
Text value_of(const ibft::Table& table, ibft::Place place, Code code) {
  if (place.kind == ibft::StructureKind::Initiator) return table.initiator->name;
  if (place.kind != ibft::StructureKind::Target) return {};
  const ibft::Target& target = table.targets[place.number];
  if (code == PlanErrc::NameTooLong) return target.name;
  if (code == PlanErrc::ChapNameTooLong) return target.chap_name;
  return code == PlanErrc::ReverseChapNameTooLong ? target.reverse_chap_name : Text{};
}

}  // namespace

PlanFaultText fault_text(Text source, const ibft::Table& table, const Parameters& parameters,
                         const Error& error) {
  std::array<char, kMaxPlanFault> buffer{};
  TextWriter out{buffer};
  const bool of_url = error.code == PlanErrc::BadUrl;
  ibft::Place place;
  if (of_url) {
    out << "isboot.url=";
    iscsi::write_value(out, "", parameters.url, 3 * kMostOfValue);
  } else {
    place = place_at(table, error.offset);
    iscsi::write_value(out, "", source, kMostOfValue);
    if (place != ibft::Place{}) out << ", " << to_text(place);
  }
  out << ", offset ";
  out.decimal(error.offset) << ": " << error.text;
  if (const Text value = value_of(table, place, error.code); !value.empty()) {
    out << ": ";
    iscsi::write_value(out, "", value, kMostOfValue);
  }
  PlanFaultText text;
  (void)text.assign(out.text());  // both have one size
  return text;
}

PlanFaultText set_up_fault(const Plan& plan, std::size_t count) {
  std::array<char, kMaxPlanFault> buffer{};
  TextWriter out{buffer};
  out << "no path can be set up";
  for (std::size_t i = 0; i < count && i < plan.count; ++i) {
    const Path& path = plan[i];
    const auto network = plan_network(path.link);
    if (network) return {};
    if (i > 0) continue;
    out << ": target";
    out.decimal(path.target_index) << " through nic";
    out.decimal(path.nic_index) << ", " << fault_text(path.link, network.error());
  }
  PlanFaultText text;
  (void)text.assign(out.text());  // both have one size
  return text;
}

}  // namespace isboot::boot
