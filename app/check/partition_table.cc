#include "app/check/partition_table.h"

namespace isboot::app {
namespace {

// UEFI specification section 5.2: the MBR's four records start at 446, their type is
// the fifth byte; the boot signature is at 510. Section 5.3.2: the GPT header.
constexpr std::size_t kMbrSize = 512;
constexpr std::size_t kFirstRecord = 446;
constexpr std::size_t kRecordSize = 16;
constexpr std::size_t kTypeInRecord = 4;
constexpr std::uint8_t kProtective = 0xee;
constexpr Text kGptSignature = "EFI PART";

}  // namespace

PartitionTable partition_table(Bytes blocks, std::size_t block_size) {
  if (blocks.size() >= block_size + kGptSignature.size() &&
      as_text(blocks.subspan(block_size, kGptSignature.size())) == kGptSignature)
    return PartitionTable::Gpt;
  if (blocks.size() < kMbrSize || blocks[510] != 0x55 || blocks[511] != 0xaa)
    return PartitionTable::None;
  bool used = false;
  for (std::size_t record = 0; record < 4; ++record) {
    const std::uint8_t type = blocks[kFirstRecord + record * kRecordSize + kTypeInRecord];
    if (type == kProtective) return PartitionTable::ProtectiveMbrWithoutGpt;
    used = used || type != 0;
  }
  return used ? PartitionTable::Mbr : PartitionTable::None;
}

const char* name_of(PartitionTable table) {
  switch (table) {
    case PartitionTable::None:
      return "none";
    case PartitionTable::Mbr:
      return "mbr";
    case PartitionTable::Gpt:
      return "gpt";
    case PartitionTable::ProtectiveMbrWithoutGpt:
      return "protective mbr without gpt";
  }
  return "";
}

}  // namespace isboot::app
