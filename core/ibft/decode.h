#pragma once

#include "core/base/result.h"
#include "core/ibft/finding.h"
#include "core/ibft/table.h"

namespace isboot::ibft {

// Decodes as much of `bytes` as is safe. `bytes` may be longer than the table.
// Fills `table`, whose texts borrow from `bytes`, and adds to `findings` what is
// odd. An Error means that nothing can be booted from it: no signature, a length
// beyond the bytes, a wrong checksum, no control structure…; `table` then holds
// what was readable.
Result<Done> decode(Bytes bytes, Table& table, Findings& findings);

}  // namespace isboot::ibft
