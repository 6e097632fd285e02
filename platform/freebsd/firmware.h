// Where the firmware of a FreeBSD machine left the iBFT.
#pragma once

#include "core/base/result.h"
#include "core/base/text.h"

namespace isboot::freebsd {

// Offsets in a table have 16 bits: more than this none can use.
inline constexpr std::size_t kMaxTable = 0x10000;

struct FoundTable {
  Bytes bytes;            // a view of the caller's buffer
  InlineText<32> source;  // "acpi:1", "lowmem:0x9a6f0"
};

// Copies the table that `choice` names into `out` (kMaxTable bytes): "" or "auto" (ACPI's
// first, else low memory's), "acpi", "acpi:N" (counted from 1), "lowmem". Errc::NotFound: there
// is none. Errc::BadValue: no such choice.
Result<FoundTable> find_table(Text choice, MutableBytes out);

}  // namespace isboot::freebsd
