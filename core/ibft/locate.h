// Where a BIOS leaves the table when ACPI does not list it: somewhere in low memory.
// Linux looks through the same range in the same steps.
#pragma once

#include <optional>

#include "core/base/bytes.h"

namespace isboot::ibft {

// Physical addresses. The table lies between them, but never where the video memory is.
inline constexpr std::uint32_t kLowMemoryStart = 0x80000;
inline constexpr std::uint32_t kVideoStart = 0xa0000;
inline constexpr std::uint32_t kVideoEnd = 0xc0000;
inline constexpr std::uint32_t kLowMemoryEnd = 0x100000;

struct Location {
  std::size_t offset = 0;  // from the start of the memory that was looked through
  std::uint32_t length = 0;
};

// The first table at `from` or behind it. `memory` starts on a 16-byte boundary and so
// does every table. A signature alone is no table: its length must fit into `memory` and
// its checksum be good, since a BIOS image may hold the four letters anywhere. Tables of
// more than 64 KiB are not looked for: their own offsets could not reach so far.
std::optional<Location> find_table(Bytes memory, std::size_t from = 0);

// Whether a signature is at a place where find_table() would look at more. Where none is, there is
// no table; memory may be looked through in pieces of whole 16-byte steps.
bool may_hold_table(Bytes memory);

}  // namespace isboot::ibft
