#include "core/ibft/select.h"

#include <gtest/gtest.h>

namespace isboot::ibft::test {
namespace {

Nic nic_of(std::uint8_t number) {
  Nic nic;
  nic.index = number;
  nic.valid = true;
  nic.boot_selected = number == 0;
  nic.mac = {{0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(number + 1)}};
  nic.address = IpAddress::v4(10, 0, number, 2);
  nic.prefix = 24;
  return nic;
}

Target target_of(std::uint8_t number) {
  Target target;
  target.index = number;
  target.nic_index = number;
  target.valid = true;
  target.boot_selected = number == 0;
  target.address = IpAddress::v4(10, 0, number, 1);
  target.port = 3260;
  target.name = "iqn.2026-11.org.example:disk";
  return target;
}

Table table_of(std::uint8_t pairs) {
  Table table;
  for (std::uint8_t i = 0; i < pairs; ++i) {
    EXPECT_TRUE(table.nics.push(nic_of(i)));
    EXPECT_TRUE(table.targets.push(target_of(i)));
  }
  return table;
}

// "target/nic" of each candidate: "1/0 0/-".
std::string order(const Table& table) {
  std::string text;
  for (const Candidate& candidate : select(table).candidates) {
    if (!text.empty()) text += ' ';
    text += std::to_string(candidate.target) + "/" +
            (candidate.nic ? std::to_string(*candidate.nic) : "-");
  }
  return text;
}

TEST(IbftSelect, TakesThePairThatFirmwareMarked) {
  Table table = table_of(3);
  table.targets.items[0].boot_selected = false;
  table.targets.items[2].boot_selected = true;
  EXPECT_EQ(order(table), "2/2 0/0 1/1");
  EXPECT_STREQ(select(table).candidates[0].reason, "boot-selected");
  EXPECT_STREQ(select(table).candidates[0].nic_reason, "the target names it");
}

TEST(IbftSelect, TakesTheNicThatTheTargetNamesThoughNoNicHasAFlag) {
  Table table = table_of(2);
  for (std::size_t i = 0; i < 2; ++i)
    table.nics.items[i].valid = table.nics.items[i].boot_selected = false;
  table.targets.items[0].nic_index = 1;
  EXPECT_EQ(order(table), "0/1 1/1");
  table.nics.items[0].valid = true;
  EXPECT_EQ(order(table), "0/0 1/0") << "one that has a flag comes first";
}

TEST(IbftSelect, KeepsTheTablesOrderWhenBothPairsAreSelected) {
  Table table = table_of(2);
  table.targets.items[1].boot_selected = true;
  EXPECT_EQ(order(table), "0/0 1/1");
}

TEST(IbftSelect, TakesBootSelectedWithoutValid) {
  Table table = table_of(2);
  table.targets.items[0].valid = false;
  table.nics.items[0].valid = false;
  EXPECT_EQ(order(table), "0/0 1/1");
  EXPECT_STREQ(select(table).candidates[0].reason, "boot-selected, though not marked as valid");
}

TEST(IbftSelect, PutsWhatIsValidAndSelectedBeforeWhatIsOnlySelected) {
  Table table = table_of(2);
  table.targets.items[0].valid = false;
  table.targets.items[1].boot_selected = true;
  EXPECT_EQ(order(table), "1/1 0/0");
}

// tianocore/edk2 issue 7329: a failed attempt is published as valid, in front or behind.
TEST(IbftSelect, PutsAFailedAttemptOfEdk2BehindTheOneThatWorked) {
  Table table = table_of(2);
  table.targets.items[0].boot_selected = false;
  table.nics.items[0].address = {};
  table.targets.items[1].boot_selected = true;
  EXPECT_EQ(order(table), "1/1 0/0");
  EXPECT_STREQ(select(table).candidates[1].reason, "its NIC never got an address");
}

TEST(IbftSelect, PutsTheNicWithoutAddressLastAmongEquals) {
  Table table = table_of(2);
  table.targets.items[1].boot_selected = true;
  table.nics.items[0].address = {};
  EXPECT_EQ(order(table), "1/1 0/0");
}

TEST(IbftSelect, StillPrefersTheSelectedOneWhenItsNicHasNoAddress) {
  Table table = table_of(2);
  table.nics.items[0].address = {};
  EXPECT_EQ(order(table), "0/0 1/1");
}

TEST(IbftSelect, TakesTargetsWithoutFlagsOnlyWhenThereIsNothingElse) {
  Table table = table_of(2);
  table.targets.items[0].valid = table.targets.items[0].boot_selected = false;
  EXPECT_EQ(order(table), "1/1");
  ASSERT_EQ(select(table).skipped.count, 1U);
  EXPECT_STREQ(select(table).skipped[0].reason, "it is neither valid nor boot-selected");
  table.targets.items[1].valid = false;
  EXPECT_EQ(order(table), "0/0 1/1");
}

TEST(IbftSelect, SkipsTargetsThatCannotBeReached) {
  Table table = table_of(4);
  table.targets.items[0].name = {};
  table.targets.items[1].address = {};
  table.targets.items[2].port = 0;
  EXPECT_EQ(order(table), "3/3");
  EXPECT_EQ(select(table).skipped.count, 3U);
}

TEST(IbftSelect, FindsTheNicByItsIndexNotByItsPlace) {
  Table table = table_of(2);
  table.nics.items[0].index = 1;
  table.nics.items[1].index = 0;
  EXPECT_EQ(order(table), "0/1 1/0");
}

TEST(IbftSelect, PairsByPlaceWhenEveryIndexIsZero) {
  Table table = table_of(2);
  table.nics.items[1].index = 0;
  table.targets.items[1].nic_index = 0;
  EXPECT_EQ(order(table), "0/0 1/1");
}

TEST(IbftSelect, TakesAnotherNicWhenTheNamedOneIsNotThere) {
  Table table = table_of(2);
  table.targets.items[0].nic_index = 7;
  EXPECT_EQ(order(table), "0/0 1/1");  // the pair
  table.nics.items[0].valid = table.nics.items[0].boot_selected = false;
  EXPECT_EQ(order(table), "0/1 1/1");  // the first that can be used
  table.nics.items[1].boot_selected = true;
  EXPECT_EQ(order(table), "0/1 1/1");  // the selected one
  table.nics.items[1].mac = {};
  EXPECT_EQ(order(table), "0/0 1/0");  // one without a flag
  table.nics.items[0].mac = {};
  EXPECT_EQ(order(table), "0/- 1/-");
}

TEST(IbftSelect, HasNothingToOfferForAnEmptyTable) { EXPECT_EQ(order(Table{}), ""); }

}  // namespace
}  // namespace isboot::ibft::test
