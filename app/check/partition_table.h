// What kind of partition table the first blocks of a disk hold. For people to read;
// nothing is decided by it.
#pragma once

#include "core/base/bytes.h"

namespace isboot::app {

enum class PartitionTable { None, Mbr, Gpt, ProtectiveMbrWithoutGpt };

// `blocks` are the first two blocks or more, of `block_size` bytes each.
PartitionTable partition_table(Bytes blocks, std::size_t block_size);
const char* name_of(PartitionTable table);

}  // namespace isboot::app
