// From bytes to the model. Safe on any input: no heap, no recursion, every byte is read
// through bounds. Tolerates what is harmless and says so.
#pragma once

#include "core/base/result.h"
#include "core/ibft/finding.h"
#include "core/ibft/table.h"

namespace isboot::ibft {

// Decodes as much of `bytes` as is safe. `bytes` may be longer than the table.
// Fills `table`, whose texts borrow from `bytes`, and adds to `findings` what is
// odd, judge()'s findings included. An Error means that nothing can be booted from it:
// no signature, a length beyond the bytes, a wrong checksum, no control structure; its
// code is a FindingCode and `table` holds what was readable.
Result<Done> decode(Bytes bytes, Table& table, Findings& findings);

// The header alone, so that a table can be looked for: signature iBFT, IBFT or BIFT
// (Linux takes these three), a length that leaves room for a control structure and does
// not go past `bytes`, a good checksum. Returns the length.
Result<std::uint32_t> check_header(Bytes bytes);

// Whether a table may start here at all: one of the three spellings.
bool has_signature(Bytes bytes);

}  // namespace isboot::ibft
