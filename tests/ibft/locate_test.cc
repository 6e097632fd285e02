#include "core/ibft/locate.h"

#include <gtest/gtest.h>

#include "tests/ibft/table_bytes.h"

namespace isboot::ibft::test {
namespace {

TableBytes memory_with(std::size_t at, const TableBytes& table) {
  TableBytes memory(0x20000, 0xff);
  put(memory, at, table);
  return memory;
}

TEST(IbftLocate, FindsATableOnEverySixteenByteBoundary) {
  for (const std::size_t at : {0x0, 0x10, 0x1230, 0x1fdb0}) {
    SCOPED_TRACE(at);
    const TableBytes memory = memory_with(at, real_table());
    const auto found = find_table(memory);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->offset, at);
    EXPECT_EQ(found->length, 582U);
  }
}

TEST(IbftLocate, LooksBehindAStart) {
  TableBytes memory = memory_with(0x400, real_table());
  put(memory, 0x1000, real_table());
  EXPECT_EQ(find_table(memory, 0x401)->offset, 0x1000U);
  EXPECT_FALSE(find_table(memory, 0x1001));
  EXPECT_FALSE(find_table(memory, memory.size() + 5));
}

TEST(IbftLocate, TakesTheOtherSpellings) {
  for (const char* signature : {"IBFT", "BIFT"}) {
    SCOPED_TRACE(signature);
    TableBytes table = real_table();
    std::copy_n(signature, 4, table.begin());
    seal(table);
    EXPECT_TRUE(find_table(memory_with(0x40, table)));
  }
}

TEST(IbftLocate, DoesNotBelieveASignatureAlone) {
  struct Row {
    const char* name;
    std::size_t at;
    std::uint8_t byte;
  };
  constexpr Row kRows[] = {
      {"checksum", 9, 0},
      {"length past the memory", 6, 2},
      {"length without a control structure", 5, 0},
      {"signature", 0, 'j'},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    TableBytes memory = memory_with(0x1fdb0, real_table());
    memory[0x1fdb0 + row.at] = row.byte;
    EXPECT_FALSE(find_table(memory));
  }
}

TEST(IbftLocate, DoesNotFindATableOffTheBoundary) {
  EXPECT_FALSE(find_table(memory_with(0x48, real_table())));
}

TEST(IbftLocate, PassesOverAFalseOneToARealOne) {
  TableBytes memory = memory_with(0x400, real_table());
  put(memory, 0x200, {'i', 'B', 'F', 'T', 70, 0, 0, 0, 1});
  EXPECT_EQ(find_table(memory)->offset, 0x400U);
}

TEST(IbftLocate, TakesAnyAmountOfMemory) {
  const TableBytes table = real_table();
  for (std::size_t size = 0; size <= 64; ++size) {
    const TableBytes memory(table.begin(), table.begin() + static_cast<long>(size));
    EXPECT_FALSE(find_table(memory));
  }
}

TEST(IbftLocate, PassesOverWhatHasNoSignature) {
  constexpr std::size_t kSize = 0x1000;
  for (const char* signature : {"iBFT", "IBFT", "BIFT"}) {
    SCOPED_TRACE(signature);
    for (std::size_t at = 0; at + 4 <= kSize; ++at) {
      TableBytes memory(kSize, 'T');
      std::copy_n(signature, 4, memory.begin() + static_cast<std::ptrdiff_t>(at));
      EXPECT_EQ(may_hold_table(memory), at % 16 == 0) << at;
    }
  }
  EXPECT_FALSE(may_hold_table({}));
  EXPECT_FALSE(may_hold_table(as_bytes("iBF")));
  EXPECT_FALSE(may_hold_table(as_bytes("jBFT")));
  EXPECT_TRUE(may_hold_table(as_bytes("iBFT")));
}

}  // namespace
}  // namespace isboot::ibft::test
