// Finds the structures of a table: follows the control structure's offsets, once each,
// in one pass without recursion. Private to core/ibft.
#pragma once

#include "core/ibft/structure.h"

namespace isboot::ibft {

// Adds a region for the header, the control structure and each structure that can be
// read, every one of them inside `table`. The number of a place counts structures of its
// kind. False when there is no control structure. `table` holds the header at least.
bool find_structures(Bytes table, Regions& regions, Findings& findings);

}  // namespace isboot::ibft
