#include "core/iscsi/discovery.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testing/scripted_target.h"

namespace isboot::iscsi {
namespace {

// "name address,tag", or the error's offset.
std::vector<std::string> list(const std::vector<std::string>& pairs) {
  const std::string text = isboot::testing::text_of(pairs);
  std::vector<std::string> rows;
  DiscoveryReader reader{as_bytes(text)};
  for (;;) {
    const auto row = reader.next();
    if (!row) {
      rows.push_back("error " + std::to_string(row.error().offset));
      return rows;
    }
    if (!*row) return rows;
    std::string line{(*row)->name.view()};
    if ((*row)->has_address) {
      const TargetAddress& address = (*row)->address;
      line += ' ';
      line += address.host.empty() ? to_text(address.portal).view() : address.host.view();
      line += ',' + std::to_string(address.group_tag);
    }
    if (!(*row)->unusable.empty()) line += " unusable " + std::string{(*row)->unusable.view()};
    rows.push_back(line);
  }
}

using Rows = std::vector<std::string>;

TEST(Discovery, ListsEveryAddressOfEveryTarget) {
  EXPECT_EQ(
      list({"TargetName=iqn.a", "TargetAddress=10.0.0.1:3260,1", "TargetAddress=[fd00::1]:3260,2",
            "TargetName=iqn.b", "TargetAlias=x", "TargetAddress=storage:860,1"}),
      (Rows{"iqn.a 10.0.0.1:3260,1", "iqn.a [fd00::1]:3260,2", "iqn.b storage,1"}));
}

TEST(Discovery, UnderstandsOtherCaseAndBlanks) {
  EXPECT_EQ(list({"targetname=iqn.a", "TARGETADDRESS= 10.0.0.1:3260,1 ", "TargetName =iqn.b "}),
            (Rows{"iqn.a 10.0.0.1:3260,1", "iqn.b"}));
}

TEST(Discovery, ListsTargetsWithoutAnAddress) {
  EXPECT_EQ(list({"TargetName=iqn.a", "TargetName=iqn.b", "TargetAddress=10.0.0.1,1",
                  "TargetName=iqn.c"}),
            (Rows{"iqn.a", "iqn.b 10.0.0.1:3260,1", "iqn.c"}));
  EXPECT_EQ(list({}), Rows{});
}

TEST(Discovery, ListsMoreTargetsThanALoginHasKeys) {
  std::vector<std::string> pairs;
  for (int i = 0; i < 1000; ++i) pairs.push_back("TargetName=iqn." + std::to_string(i));
  EXPECT_EQ(list(pairs).size(), 1000U);
}

TEST(Discovery, APartThatCannotBeUsedLeavesTheRest) {
  EXPECT_EQ(list({"TargetAddress=10.0.0.1", "TargetName=iqn.a"}), Rows{"iqn.a"});
  EXPECT_EQ(list({"TargetName=", "TargetAddress=10.0.0.1,1", "TargetName=iqn.a"}), Rows{"iqn.a"});
  EXPECT_EQ(list({"TargetName=iqn.a", "TargetName=" + std::string(224, 'a'),
                  "TargetAddress=10.0.0.1,1", "TargetName=iqn.b"}),
            (Rows{"iqn.a", "iqn.b"}));
  EXPECT_EQ(list({"TargetName=iqn.a", "TargetAddress=:1", "TargetAddress=fe80::1%eth0:3260,1",
                  "TargetAddress=10.0.0.1,1", "TargetAddress=10.0.0.2,-1"}),
            (Rows{"iqn.a unusable :1", "iqn.a unusable fe80::1%eth0:3260,1",
                  "iqn.a 10.0.0.1:3260,1", "iqn.a 10.0.0.2:3260,0"}));
  EXPECT_EQ(list({"TargetName=iqn.a", "TargetAddress=" + std::string(1000, 'x') + "!"}),
            Rows{"iqn.a unusable " + std::string(255, 'x')});
  EXPECT_EQ(list({"no pair", "TargetName=iqn.a", "=x", "a b=c", "X-long=" + std::string(5000, 'x'),
                  "TargetAddress=10.0.0.1,1", "trailer"}),
            Rows{"iqn.a 10.0.0.1:3260,1"});
}

TEST(Discovery, EndsWithMorePairsThanItsBound) {
  const auto rows = list(std::vector<std::string>(kMaxDiscoveryKeys + 1, "no pair"));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].starts_with("error "));
}

}  // namespace
}  // namespace isboot::iscsi
