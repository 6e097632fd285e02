// What is wrong with what a table says, whatever its bytes look like.
#pragma once

#include "core/ibft/finding.h"

namespace isboot::ibft {

// A block that is neither valid nor boot-selected is a place that firmware left empty:
// nothing is said about its fields. Tables that were not decoded from bytes have
// structures at offset 0; the findings' offsets then count from there.
void judge(const Table& table, Findings& findings);

// Whether firmware meant the block to be read: some option ROMs set boot-selected alone.
inline bool is_used(const Nic& nic) { return nic.valid || nic.boot_selected; }
inline bool is_used(const Target& target) { return target.valid || target.boot_selected; }

// The place in table.nics of the NIC that `target` names by its index; kMaxPairs when
// there is none. The first of several with the same index.
std::size_t find_nic(const Table& table, const Target& target);

}  // namespace isboot::ibft
