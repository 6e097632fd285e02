#include <gtest/gtest.h>

#include <string>

#include "core/base/ip_address.h"
#include "core/base/lun.h"
#include "core/base/mac_address.h"

namespace isboot {
namespace {

std::string text_of(Text text) { return std::string{text}; }

TEST(MacAddress, ReadsAndPrints) {
  const auto mac = parse_mac("52-54:00:AB:cd:Ef");
  ASSERT_TRUE(mac);
  EXPECT_EQ(text_of(to_text(*mac)), "52:54:00:ab:cd:ef");
  EXPECT_FALSE(mac->is_multicast());
  EXPECT_FALSE(mac->is_zero());
}

struct Wrong {
  const char* text;
  std::uint32_t offset;
};

TEST(MacAddress, NamesTheWrongPlace) {
  constexpr Wrong kWrong[] = {{"", 0},
                              {"52", 2},
                              {"52:5", 3},
                              {"52:54:00:12:34:5g", 15},
                              {"525400123456", 2},
                              {"52:54:00:12:34:56:78", 17},
                              {"52.54.00.12.34.56", 2}};
  for (const Wrong& wrong : kWrong) {
    SCOPED_TRACE(wrong.text);
    const auto mac = parse_mac(wrong.text);
    ASSERT_FALSE(mac);
    EXPECT_EQ(mac.error().code, Errc::BadValue);
    EXPECT_EQ(mac.error().offset, wrong.offset);
  }
}

TEST(IpAddress, PrintsAsRfc5952Says) {
  constexpr const char* kSame[] = {"10.0.2.15",
                                   "0.0.0.0",
                                   "255.255.255.255",
                                   "::",
                                   "::1",
                                   "fd00::1",
                                   "fe80::5054:ff:fe12:3456",
                                   "2001:db8::1:0:0:1",
                                   "2001:db8:0:1:1:1:1:1",
                                   "1:2:3:4:5:6:7:8",
                                   "1:2:3:4:5:6:7::"};
  for (const char* text : kSame) {
    SCOPED_TRACE(text);
    const auto address = parse_ip(text);
    ASSERT_TRUE(address);
    EXPECT_EQ(text_of(to_text(*address)),
              Text{text} == "1:2:3:4:5:6:7::" ? "1:2:3:4:5:6:7:0" : text);
  }
}

TEST(IpAddress, ReadsOtherForms) {
  EXPECT_EQ(*parse_ip("::ffff:10.0.2.2"), IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(text_of(to_text(*parse_ip("2001:0DB8:0:0:0:0:0:1"))), "2001:db8::1");
  EXPECT_EQ(text_of(to_text(*parse_ip("64:ff9b::1.2.3.4"))), "64:ff9b::102:304");
}

TEST(IpAddress, NamesTheWrongPlace) {
  constexpr Wrong kWrong[] = {{"", 0},
                              {"10.0.2", 6},
                              {"10.0.2.256", 7},
                              {"10.0.02.1", 5},
                              {"10.0.2.1 ", 8},
                              {"10..2.1", 3},
                              {":::", 2},
                              {"1::2::3", 5},
                              {"1:2:3", 5},
                              {"12345::", 4},
                              {"1:2:3:4:5:6:7:8:9", 16},
                              {"1:", 2},
                              {"fe80::1%eth0", 7},
                              {"::1.2.3", 7}};
  for (const Wrong& wrong : kWrong) {
    SCOPED_TRACE(wrong.text);
    const auto address = parse_ip(wrong.text);
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error().offset, wrong.offset);
  }
}

TEST(IpAddress, KnowsBothFormsOfNone) {
  EXPECT_TRUE(IpAddress{}.is_absent());
  EXPECT_TRUE(IpAddress::v4(0, 0, 0, 0).is_absent());
  EXPECT_FALSE(IpAddress::v4(0, 0, 0, 1).is_absent());
}

TEST(IpAddress, ComparesNetworks) {
  const IpAddress a = IpAddress::v4(10, 0, 2, 15);
  EXPECT_TRUE(same_network(a, IpAddress::v4(10, 0, 2, 2), 24));
  EXPECT_FALSE(same_network(a, IpAddress::v4(10, 0, 3, 2), 24));
  EXPECT_TRUE(same_network(a, IpAddress::v4(10, 0, 3, 2), 23));
  EXPECT_TRUE(same_network(a, IpAddress::v4(192, 168, 0, 1), 0));
  EXPECT_FALSE(same_network(a, a, 33));
  EXPECT_FALSE(same_network(a, *parse_ip("fd00::1"), 0));
  EXPECT_TRUE(same_network(*parse_ip("fd00::1"), *parse_ip("fd00::2"), 126));
  EXPECT_FALSE(same_network(*parse_ip("fd00::1"), *parse_ip("fd00::2"), 127));
}

TEST(IpAddress, PrintsPortals) {
  EXPECT_EQ(text_of(to_text(Portal{IpAddress::v4(10, 0, 2, 2), 3260})), "10.0.2.2:3260");
  EXPECT_EQ(text_of(to_text(Portal{*parse_ip("fd00::1"), 860})), "[fd00::1]:860");
}

TEST(Lun, NumbersFollowSam) {
  EXPECT_EQ(Lun{}.number(), 0);
  EXPECT_EQ((Lun{{0, 1}}.number()), 1);
  EXPECT_EQ((Lun{{0x40, 1}}.number()), 1);
  EXPECT_EQ((Lun{{0x41, 0}}.number()), 256);
  EXPECT_EQ((Lun{{0xc1, 1}}.number()), std::nullopt);
  EXPECT_EQ((Lun{{0x01, 1}}.number()), std::nullopt);  // bus 1
  EXPECT_EQ((Lun{{0, 1, 0, 1}}.number()), std::nullopt);
  for (const std::uint32_t number : {0U, 1U, 255U, 256U, 16383U})
    EXPECT_EQ(Lun::from_number(number)->number(), number);
  EXPECT_FALSE(Lun::from_number(16384));
}

TEST(Lun, PrintsItsNumberWhereItHasOne) {
  EXPECT_EQ(text_of(to_text(*parse_lun("7"))), "7");
  EXPECT_EQ(text_of(to_text(*Lun::from_number(16383))), "16383");
  EXPECT_EQ(text_of(to_text(*parse_lun("4752-3A4F"))), "47523a4f00000000");
}

TEST(Lun, ReadsRfc4173Text) {
  EXPECT_EQ(text_of(to_hex(*parse_lun("1"))), "0001000000000000");
  EXPECT_EQ(text_of(to_hex(*parse_lun("4752-3A4F-6b7e-2F99"))), "47523a4f6b7e2f99");
  EXPECT_EQ(text_of(to_hex(*parse_lun("4752-3a4f"))), "47523a4f00000000");
  constexpr Wrong kWrong[] = {{"", 0}, {"12345", 4}, {"1-", 2}, {"1-2-3-4-5", 8}, {"g", 0}};
  for (const Wrong& wrong : kWrong) {
    SCOPED_TRACE(wrong.text);
    const auto lun = parse_lun(wrong.text);
    ASSERT_FALSE(lun);
    EXPECT_EQ(lun.error().offset, wrong.offset);
  }
}

}  // namespace
}  // namespace isboot
