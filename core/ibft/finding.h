// What is odd about a table: one code for one cause. docs/ibft.md lists every code
// with the reason and the firmware that it was met in; a test keeps that list true.
#pragma once

#include "core/base/error.h"
#include "core/ibft/table.h"

namespace isboot::ibft {

// Error: what the table says there cannot be used. Warning: it can, but firmware is
// wrong. Note: unusual and harmless.
enum class Severity : std::uint8_t { Note, Warning, Error };

enum class FindingCode : std::uint16_t {
  // The table as a whole.
  InputTooShort = 1,
  BadSignature,
  LengthTooShort,
  LengthPastInput,
  LengthUnreachable,
  BadChecksum,
  Revision,
  ControlMissing,
  // Structures and the offsets that lead to them.
  OffsetPastEnd,
  OffsetInHeader,
  OffsetTwice,
  OffsetUnaligned,
  OffsetHalf,
  StructureUnknown,
  StructureUnexpected,
  StructureExtra,
  StructureTooMany,
  StructureVersion,
  StructureEmpty,
  StructureShort,
  StructureLong,
  StructurePastEnd,
  StructureOverlap,
  FlagsUnknown,
  IndexRepeated,
  // Strings.
  StringPastEnd,
  StringWithoutOffset,
  StringWithoutLength,
  StringOverlap,
  StringUnterminated,
  StringNulCounted,
  StringNulInside,
  StringNotUtf8,
  // What the fields say.
  InitiatorMissing,
  NicMissing,
  TargetMissing,
  BootTargetMissing,
  BootTargetSeveral,
  BlockNotValid,
  NameMissing,
  NameFormat,
  TextTooLong,
  MacZero,
  MacMulticast,
  AddressMissing,
  AddressNotHost,
  AddressReserved,
  PrefixZero,
  PrefixTooLong,
  OriginUnknown,
  GatewayOutside,
  VlanRange,
  PortZero,
  LunFormat,
  ChapUnknown,
  ChapNameMissing,
  ChapSecretMissing,
  ChapUnused,
  NicIndexUnknown,
  NicNotValid,
  FamilyMismatch,
  TargetUnreachable,
  // Where the table was rebuilt from what another reader made of it.
  Rebuilt,
};
inline constexpr auto kLastFindingCode = FindingCode::Rebuilt;

// Where a finding is: "header", "control", "initiator", "nic0", "target1", …
enum class StructureKind : std::uint8_t { Header, Control, Initiator, Nic, Target, Extension };

// `number` counts the structures of one kind in the order of the control structure's
// offsets: the 1 of "target1". It is the place in Table's list, not the index that the
// structure gives itself.
struct Place {
  StructureKind kind = StructureKind::Header;
  std::uint8_t number = 0;
  friend bool operator==(Place, Place) = default;
};
InlineText<12> to_text(Place place);

// What is the same for every finding with one code. Texts are static.
struct FindingRule {
  FindingCode code;
  Severity severity;
  const char* id;  // "bad-checksum", for documents and tests
  const char* message;
};
const FindingRule& rule_of(FindingCode code);
Text to_text(Severity severity);  // "error"

struct Finding {
  FindingCode code = FindingCode::BadSignature;
  Severity severity = Severity::Note;
  StructureKind kind = StructureKind::Header;
  std::uint8_t number = 0;   // see Place
  std::uint32_t offset = 0;  // of the field, from the table's first byte
  const char* field = "";    // static: "prefix"
  const char* message = "";  // static

  Place place() const { return {kind, number}; }
};

inline constexpr std::size_t kMaxFindings = 64;

// Findings beyond the last place are counted, not kept.
struct Findings : List<Finding, kMaxFindings> {
  std::size_t dropped = 0;
  std::size_t errors = 0;  // kept or dropped

  // `field` is static.
  void add(FindingCode code, Place place, std::uint32_t offset, const char* field);
  bool has_errors() const { return errors != 0; }
};

}  // namespace isboot::ibft

namespace isboot {
// A decode that fails returns the code of the finding that made it fail.
template <>
inline constexpr std::uint16_t kErrorDomain<ibft::FindingCode> = 2;
}  // namespace isboot
