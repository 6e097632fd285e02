#include "core/ibft/encode.h"

#include <gtest/gtest.h>

#include "tests/ibft/table_bytes.h"
#include "tests/ibft/table_model.h"

namespace isboot::ibft::test {
namespace {

TEST(IbftEncode, WritesTheVeryBytesThatIpxeWrote) {
  const Decoded decoded{real_table()};
  EXPECT_EQ(encoded(decoded.table, Layout::Ipxe), real_table());
}

TEST(IbftEncode, GivesTheSameTableBackInBothLayouts) {
  for (const Layout layout : {Layout::Ipxe, Layout::Edk2})
    for (const std::size_t pairs : {std::size_t{1}, std::size_t{2}, std::size_t{3}, kMaxPairs}) {
      if (layout == Layout::Edk2 && pairs == kMaxPairs) continue;  // does not fit, see below
      SCOPED_TRACE(::testing::Message() << "layout " << int(layout) << ", pairs " << pairs);
      const Table table = full_table(pairs);
      const Decoded decoded{encoded(table, layout)};
      ASSERT_TRUE(decoded.result);
      EXPECT_EQ(decoded.all(), "");
      expect_same(decoded.table, table);
    }
}

TEST(IbftEncode, GivesAnEmptyTableBack) {
  for (const Layout layout : {Layout::Ipxe, Layout::Edk2}) {
    Table table;
    table.revision = 1;
    const Decoded decoded{encoded(table, layout)};
    ASSERT_TRUE(decoded.result);
    expect_same(decoded.table, table);
  }
}

TEST(IbftEncode, KeepsMoreNicsThanTargetsAndTheOtherWayRound) {
  for (const Layout layout : {Layout::Ipxe, Layout::Edk2}) {
    Table table = full_table(3);
    table.targets.count = 1;
    expect_same(Decoded{encoded(table, layout)}.table, table);
    table = full_table(3);
    table.nics.count = 1;
    expect_same(Decoded{encoded(table, layout)}.table, table);
  }
}

TEST(IbftEncode, KeepsExtensionsAsTheyAre) {
  const std::vector<std::uint8_t> first{5, 1, 9, 0, 0, 1, 0xaa, 0xbb, 0xcc};
  const std::vector<std::uint8_t> second{5, 2, 6, 0, 3, 0};
  for (const Layout layout : {Layout::Ipxe, Layout::Edk2}) {
    Table table = full_table(2);
    ASSERT_TRUE(table.extensions.push({0, first}));
    ASSERT_TRUE(table.extensions.push({0, second}));
    const Decoded decoded{encoded(table, layout)};
    ASSERT_TRUE(decoded.result);
    expect_same(decoded.table, table);
  }
}

TEST(IbftEncode, LaysOutAsEdk2Does) {
  const TableBytes bytes = encoded(full_table(1), Layout::Edk2);
  ASSERT_EQ(bytes.size(), 0x800U);
  const Decoded decoded{bytes};
  EXPECT_EQ(decoded.table.initiator->offset, 72);
  EXPECT_EQ(decoded.table.nics[0].offset, 152);
  EXPECT_EQ(decoded.table.targets[0].offset, 256);
  // The heap grows down: the first string, the initiator's name, is the last in memory.
  const Text name = decoded.table.initiator->name;
  EXPECT_EQ(as_bytes(name).data() + name.size() + 1, decoded.bytes.data() + 0x800);
  EXPECT_LT(decoded.table.targets[0].name.data(), name.data());
}

TEST(IbftEncode, SaysAbsentAddressesAsTheFirmwareDoes) {
  Table table = full_table(1);
  table.nics.items[0].dns[1] = {};
  constexpr std::size_t kSecondDns = 56;
  const TableBytes ipxe = encoded(table, Layout::Ipxe);
  EXPECT_EQ(ipxe[160 + kSecondDns + 10], 0);
  const TableBytes edk2 = encoded(table, Layout::Edk2);
  EXPECT_EQ(edk2[152 + kSecondDns + 10], 0xff);
  EXPECT_TRUE(Decoded{edk2}.table.nics[0].dns[1].is_absent());
}

TEST(IbftEncode, SaysAsEdk2DoesThatAnIpv6PathGotNoAddress) {
  Table table = full_table(2);
  table.nics.items[1].address = {};
  const Decoded decoded{encoded(table, Layout::Edk2)};
  EXPECT_EQ(decoded.bytes[decoded.table.nics[1].offset + 6 + 10], 0);
}

TEST(IbftEncode, RefusesWhatDoesNotFit) {
  std::vector<std::uint8_t> output(0x10000);
  const Table big = full_table(kMaxPairs);
  EXPECT_EQ(encode(big, Layout::Edk2, output).error().code, Code{Errc::NoSpace});
  const Table table = full_table(2);
  for (const Layout layout : {Layout::Ipxe, Layout::Edk2}) {
    const std::size_t size = encoded(table, layout).size();
    for (std::size_t room = 0; room < size; room += 7) {
      std::vector<std::uint8_t> small(room);
      EXPECT_FALSE(encode(table, layout, small));
    }
    std::vector<std::uint8_t> enough(size);
    EXPECT_TRUE(encode(table, layout, enough));
  }
}

TEST(IbftEncode, RefusesTextsThatNoTableCanHold) {
  std::vector<std::uint8_t> output(0x10000);
  Table table = full_table(1);
  table.targets.items[0].name = Text{"iqn\0x", 5};
  EXPECT_EQ(encode(table, Layout::Ipxe, output).error().code, Code{Errc::BadValue});
  table = full_table(1);
  table.oem_id = "1234567";
  EXPECT_EQ(encode(table, Layout::Ipxe, output).error().code, Code{Errc::BadValue});
  const std::string long_name(0x10000, 'x');
  table = full_table(1);
  table.targets.items[0].name = long_name;
  EXPECT_EQ(encode(table, Layout::Ipxe, output).error().code, Code{Errc::NoSpace});
}

}  // namespace
}  // namespace isboot::ibft::test
