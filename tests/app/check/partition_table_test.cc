#include "app/check/partition_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isboot::app {
namespace {

std::vector<std::uint8_t> mbr(std::uint8_t type, std::size_t record, std::size_t block_size) {
  std::vector<std::uint8_t> blocks(2 * block_size);
  blocks[446 + 16 * record + 4] = type;
  blocks[510] = 0x55;
  blocks[511] = 0xaa;
  return blocks;
}
void add_gpt(std::vector<std::uint8_t>& blocks, std::size_t block_size) {
  const std::string signature = "EFI PART";
  std::copy(signature.begin(), signature.end(),
            blocks.begin() + static_cast<std::ptrdiff_t>(block_size));
}

TEST(PartitionTable, IsToldByItsSignatures) {
  for (const std::size_t block_size : {512, 4096}) {
    SCOPED_TRACE(block_size);
    EXPECT_EQ(partition_table(mbr(0x83, 3, block_size), block_size), PartitionTable::Mbr);
    EXPECT_EQ(partition_table(mbr(0, 0, block_size), block_size), PartitionTable::None);
    auto gpt = mbr(0xee, 0, block_size);
    EXPECT_EQ(partition_table(gpt, block_size), PartitionTable::ProtectiveMbrWithoutGpt);
    add_gpt(gpt, block_size);
    EXPECT_EQ(partition_table(gpt, block_size), PartitionTable::Gpt);
  }
}

TEST(PartitionTable, IsNoneWhereThereIsTooLittle) {
  EXPECT_EQ(partition_table({}, 512), PartitionTable::None);
  const auto blocks = mbr(0x83, 0, 512);
  EXPECT_EQ(partition_table(Bytes{blocks}.first(511), 512), PartitionTable::None);
  EXPECT_EQ(partition_table(Bytes{blocks}.first(512), 512), PartitionTable::Mbr);
}

}  // namespace
}  // namespace isboot::app
