// Looks at one disk of a target as a boot would: is it there, is it ready, can it be
// read, what is on it.
#pragma once

#include "app/check/conversation.h"
#include "app/check/partition_table.h"

namespace isboot::app {

struct DiskReport {
  std::string vendor;
  std::string product;
  std::string revision;
  std::string serial;          // empty: the disk has none
  std::string identification;  // "naa.…"; empty: the disk has none
  std::uint32_t luns = 0;      // that the target shows to us
  std::uint64_t blocks = 0;
  std::uint32_t block_size = 0;
  PartitionTable partition_table = PartitionTable::None;
};

// Fills `report` as far as it gets.
std::optional<Failure> probe_disk(Conversation& target, const Lun& lun, DiskReport& report);

}  // namespace isboot::app
