#pragma once

#include "core/ibft/table.h"

namespace isboot::ibft {

enum class Severity : std::uint8_t { Note, Warning, Error };

// Where a finding is: "header", "control", "initiator", "nic0", "target1", …
enum class StructureKind : std::uint8_t { Header, Control, Initiator, Nic, Target, Extension };

struct Finding {
  Severity severity = Severity::Note;
  StructureKind kind = StructureKind::Header;
  std::uint8_t number = 0;   // the 1 of "target1"
  std::uint32_t offset = 0;  // of the field, from the table's first byte
  const char* field = "";    // static: "prefix"
  const char* message = "";  // static
};

inline constexpr std::size_t kMaxFindings = 64;

// Findings beyond the last place are counted, not kept.
struct Findings : List<Finding, kMaxFindings> {
  std::size_t dropped = 0;
  void add(const Finding& finding);
  bool has_errors() const;
};

}  // namespace isboot::ibft
