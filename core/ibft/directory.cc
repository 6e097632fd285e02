#include "core/ibft/directory.h"

#include "core/base/reader.h"

namespace isboot::ibft {
namespace {

using layout::Id;

struct KindRule {
  Id id;
  StructureKind kind;
  std::uint16_t size;  // of the fields that are known
  std::size_t most;    // structures that are kept
};
constexpr KindRule kKinds[] = {
    {Id::Initiator, StructureKind::Initiator, layout::initiator::kSize, 1},
    {Id::Nic, StructureKind::Nic, layout::nic::kSize, kMaxPairs},
    {Id::Target, StructureKind::Target, layout::target::kSize, kMaxPairs},
    {Id::Extension, StructureKind::Extension, layout::common::kSize, kMaxExtensions},
};
const KindRule* rule_of_id(std::uint8_t id) {
  for (const KindRule& rule : kKinds)
    if (static_cast<std::uint8_t>(rule.id) == id) return &rule;
  return nullptr;
}

// One offset in the control structure: where it stands and what it should lead to.
struct Slot {
  std::uint16_t at;
  StructureKind expected;
  const char* field;
};

Slot slot_at(std::uint16_t at) {
  constexpr const char* kNames[] = {"extensions offset", "initiator offset", "nic0 offset",
                                    "target0 offset",    "nic1 offset",      "target1 offset"};
  const std::size_t number = (at - layout::control::kExtensions) / 2U;
  const char* field = number < 6 ? kNames[number] : "further offset";
  if (at == layout::control::kExtensions) return {at, StructureKind::Extension, field};
  if (at == layout::control::kInitiator) return {at, StructureKind::Initiator, field};
  return {at, number % 2 == 0 ? StructureKind::Nic : StructureKind::Target, field};
}

class Directory {
public:
  Directory(Bytes table, Regions& regions, Findings& findings)
      : table_{table}, regions_{regions}, findings_{findings} {}

  bool find() {
    (void)regions_.push(
        {{StructureKind::Header, 0}, 0, layout::header::kSize, layout::header::kSize});
    if (!find_control()) return false;
    const std::uint32_t size = control().size;
    std::uint32_t at = layout::control::kExtensions;
    for (; at + 2 <= size; at += 2) follow(slot_at(static_cast<std::uint16_t>(at)));
    if (at < size)
      findings_.add(FindingCode::OffsetHalf, control().place, control().offset + at, "length");
    return true;
  }

private:
  const Region& control() const { return regions_[1]; }

  bool find_control() {
    constexpr Place kPlace{StructureKind::Control, 0};
    constexpr std::uint32_t kAt = layout::control::kTableOffset;
    const auto id = Reader{table_, kAt}.u8();
    if (!id || *id != static_cast<std::uint8_t>(Id::Control) ||
        table_.size() - kAt < layout::common::kSize) {
      findings_.add(FindingCode::ControlMissing, kPlace, kAt, "id");
      return false;
    }
    // Longer is how tables with more than two pairs look: no finding.
    return add_region(kPlace, kAt, layout::control::kSize);
  }

  // Reads the start that every structure has. False when nothing of it can be used.
  bool add_region(Place place, std::uint32_t offset, std::uint16_t known_size) {
    Reader in{table_, offset + layout::common::kVersionAt};
    const auto version = in.u8();
    const auto length = in.le16();
    if (!version || !length) return false;
    if (*version != layout::kVersion)
      findings_.add(FindingCode::StructureVersion, place, offset + layout::common::kVersionAt,
                    "version");
    const std::uint32_t length_at = offset + layout::common::kLength;
    if (*length < layout::common::kSize) {
      findings_.add(FindingCode::StructureEmpty, place, length_at, "length");
      return false;
    }
    if (*length < known_size)
      findings_.add(FindingCode::StructureShort, place, length_at, "length");
    if (*length > known_size && place.kind != StructureKind::Control &&
        place.kind != StructureKind::Extension)
      findings_.add(FindingCode::StructureLong, place, length_at, "length");
    const auto room = static_cast<std::uint32_t>(table_.size()) - offset;
    if (*length > room) findings_.add(FindingCode::StructurePastEnd, place, length_at, "length");
    const std::uint32_t size = *length < room ? *length : room;
    const bool all_known = place.kind == StructureKind::Control || size < known_size;
    const std::uint32_t known = all_known ? size : known_size;
    for (const Region& other : regions_) {
      if (!other.overlaps(offset, known)) continue;
      findings_.add(FindingCode::StructureOverlap, place, offset, "offset");
      break;
    }
    return regions_.push({place, offset, size, known});
  }

  void follow(const Slot& slot) {
    const std::uint32_t slot_offset = control().offset + slot.at;
    const auto offset = Reader{table_, slot_offset}.le16();
    if (!offset || *offset == 0) return;  // 0: no such structure
    const auto finding = [&](FindingCode code) {
      findings_.add(code, control().place, slot_offset, slot.field);
    };
    if (*offset < control().offset + control().size) return finding(FindingCode::OffsetInHeader);
    if (*offset > table_.size() || table_.size() - *offset < layout::common::kSize)
      return finding(FindingCode::OffsetPastEnd);
    for (const Region& region : regions_)
      if (region.offset == *offset) return finding(FindingCode::OffsetTwice);
    const KindRule* rule = rule_of_id(table_[*offset]);
    if (rule == nullptr) return finding(FindingCode::StructureUnknown);
    if (rule->kind != slot.expected) finding(FindingCode::StructureUnexpected);
    if (*offset % layout::kAlignment != 0) finding(FindingCode::OffsetUnaligned);
    std::uint8_t& number = counts_[static_cast<std::size_t>(rule->kind)];
    if (number == rule->most)
      return finding(rule->most == 1 ? FindingCode::StructureExtra : FindingCode::StructureTooMany);
    if (add_region({rule->kind, number}, *offset, rule->size)) ++number;
  }

  Bytes table_;
  Regions& regions_;
  Findings& findings_;
  std::array<std::uint8_t, 6> counts_{};  // by StructureKind
};

}  // namespace

bool find_structures(Bytes table, Regions& regions, Findings& findings) {
  return Directory{table, regions, findings}.find();
}

}  // namespace isboot::ibft
