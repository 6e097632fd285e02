// Looks at one disk of a target as a boot would: is it there, is it ready, can it be
// read, what is on it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/check/conversation.h"
#include "app/check/partition_table.h"

namespace isboot::app {

struct DiskReport {
  std::string vendor;
  std::string product;
  std::string revision;
  std::string serial;                 // empty: the disk has none
  std::string identification;         // "naa.…"; empty: the disk has none
  std::optional<std::uint32_t> luns;  // that the target shows to us; nothing: it does not say
  std::uint64_t blocks = 0;
  std::uint32_t block_size = 0;
  PartitionTable partition_table = PartitionTable::None;
  std::vector<std::string> notes;  // what is odd, and no boot needs
};

// As Linux' sd does: what that does not need to have its disk is no failure here. Fills `report`
// as far as it gets.
Outcome<> probe_disk(Conversation& target, const Lun& lun, DiskReport& report);

}  // namespace isboot::app
