// From the model to bytes, laid out as firmware that is in wide use does it.
#pragma once

#include "core/base/result.h"
#include "core/ibft/table.h"

namespace isboot::ibft {

enum class Layout : std::uint8_t {
  // iPXE: structures on multiples of 16, all NICs before all targets, room for two of
  // each, strings behind them, absent addresses all zeros, as long as it must be.
  Ipxe,
  // EDK2's IScsiDxe: structures on multiples of 8, each NIC before its target, strings
  // down from the end, absent IPv4 addresses ::ffff:0.0.0.0, always 0x800 bytes.
  Edk2,
};

// Room for any table that encode() makes from what decode() found in 64 KiB.
inline constexpr std::size_t kMaxEncoded = 0x10000;

// Writes `table` into `output`; returns the part of it that is the table. length,
// checksum_ok and every offset of the model are not read: they follow from the layout.
// NIC i and target i share the pair i of the control structure.
// decode() of the result gives `table` again, but for these. Errors: Errc::NoSpace when
// `output` (or EDK2's 0x800 bytes) is too small, Errc::BadValue for a text that no
// table can hold: a NUL inside, or an OEM id that is too long.
Result<MutableBytes> encode(const Table& table, Layout layout, MutableBytes output);

}  // namespace isboot::ibft
