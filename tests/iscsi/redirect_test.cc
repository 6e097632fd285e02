#include "core/iscsi/redirect.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::iscsi {
namespace {

TEST(TargetAddress, ReadsEveryForm) {
  struct Row {
    const char* text;
    const char* portal;
    const char* host;
    int tag;
  };
  const Row rows[] = {
      {"10.0.2.2", "10.0.2.2:3260", "", -1},
      {"10.0.2.2:3261", "10.0.2.2:3261", "", -1},
      {"10.0.2.2:3261,1", "10.0.2.2:3261", "", 1},
      {"10.0.2.2,65535", "10.0.2.2:3260", "", 65535},
      {"[fd00::1]", "[fd00::1]:3260", "", -1},
      {"[fd00::1]:860,2", "[fd00::1]:860", "", 2},
      {"storage.example.org:860", "", "storage.example.org", -1},
      {"[fe80::1%eth0]:3260,1", "[fe80::1]:3260", "", 1},
      {"[::ffff:10.0.2.2]:3261", "10.0.2.2:3261", "", -1},
      {"[10.0.2.2]", "10.0.2.2:3260", "", -1},
      {"10.0.2.2:3260,-1", "10.0.2.2:3260", "", -1},
      {"10.0.2.2:3260,65536", "10.0.2.2:3260", "", -1},
      {"10.0.2.2:3260,", "10.0.2.2:3260", "", -1},
      {"10.0.2.2:", "10.0.2.2:3260", "", -1},
      {"10.0.2.2:,1", "10.0.2.2:3260", "", 1},
      {"10.0.2.2: 3261 ,1", "10.0.2.2:3261", "", 1},
      {"10.0.2.2 :3261", "10.0.2.2:3261", "", -1},
      {"storage.example.org :860", "", "storage.example.org", -1},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto address = parse_target_address(row.text);
    ASSERT_TRUE(address);
    EXPECT_EQ(address->host.view(), row.host);
    if (*row.portal != '\0') {
      EXPECT_EQ(to_text(address->portal).view(), row.portal);
    } else {
      EXPECT_TRUE(address->portal.address.is_absent());
    }
    EXPECT_EQ(address->zone.view(), Text{row.text}.starts_with("[fe80") ? "eth0" : "");
    EXPECT_EQ(address->has_group_tag ? address->group_tag : -1, row.tag);
  }
}

// What a target says that listens on all of its addresses.
TEST(TargetAddress, IsWhereTheTargetWasReachedWhenItIsNone) {
  const Portal reached{IpAddress::v4(10, 0, 2, 2), 3260};
  for (const char* any : {"0.0.0.0:3261,1", "[::]:3261", "[::ffff:0.0.0.0]:3261"}) {
    const auto address = parse_target_address(any);
    ASSERT_TRUE(address) << any;
    EXPECT_EQ(to_text(portal_of(*address, reached)).view(), "10.0.2.2:3261");
  }
  const auto other = parse_target_address("10.0.2.3");
  EXPECT_EQ(to_text(portal_of(*other, reached)).view(), "10.0.2.3:3260");
}

TEST(TargetAddress, RefusesWhatIsNoAddress) {
  for (const std::string& text :
       {std::string{}, std::string{":3260"}, std::string{"10.0.2.2:x"}, std::string{"10.0.2.2:0"},
        std::string{"10.0.2.2:65536"}, std::string{"[fd00::1"}, std::string{"[]"},
        std::string{"[fe80::1%]"}, std::string{"[fe80::1%a-name-that-is-too-long]"},
        std::string{"[%eth0]"}, std::string{"[fd00::1]x"}, std::string{"a b"},
        std::string{"fd00::1"}, std::string(256, 'a')}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_target_address(text));
  }
}

}  // namespace
}  // namespace isboot::iscsi
