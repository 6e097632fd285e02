#include "core/iscsi/key_table.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::iscsi {
namespace {

TEST(KeyTable, FindsEveryKeyByItsWholeNameOnly) {
  for (std::size_t i = 0; i < kKeyCount; ++i) {
    const auto key = static_cast<Key>(i);
    const std::string name{rule(key).name};
    SCOPED_TRACE(name);
    Key found{};
    ASSERT_TRUE(find_key(name, found));
    EXPECT_EQ(found, key);
    EXPECT_FALSE(find_key(name.substr(0, name.size() - 1), found));
    EXPECT_FALSE(find_key(name + "x", found));
  }
  Key found{};
  EXPECT_TRUE(find_key("headerdigest", found));
  EXPECT_EQ(found, Key::HeaderDigest);
  EXPECT_FALSE(find_key("", found));
}

TEST(KeyTable, HoldsOnlyDefaultsAndOffersThatItAllows) {
  for (std::size_t i = 0; i < kKeyCount; ++i) {
    const KeyRule& row = rule(static_cast<Key>(i));
    SCOPED_TRACE(std::string{row.name});
    EXPECT_LE(row.minimum, row.initial);
    EXPECT_LE(row.initial, row.maximum);
    EXPECT_LE(row.offer, row.maximum);
    if (row.offered) {
      EXPECT_NE(row.sender, Sender::Target);
    }
  }
}

}  // namespace
}  // namespace isboot::iscsi
