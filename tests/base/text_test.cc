#include "core/base/text.h"

#include <gtest/gtest.h>

#include "core/base/utf8.h"

namespace isboot {
namespace {

TEST(ParseNumber, ReadsDecimalAndHex) {
  EXPECT_EQ(*parse_decimal("0", 10), 0U);
  EXPECT_EQ(*parse_decimal("262144", 0xffffff), 262144U);
  EXPECT_EQ(*parse_number("0x4d2", 0xffff), 1234U);
  EXPECT_EQ(*parse_number("0XFFFF", 0xffff), 65535U);
  EXPECT_EQ(*parse_decimal("18446744073709551615", UINT64_MAX), UINT64_MAX);
}

TEST(ParseNumber, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "1a", "0x", "0x1g", "65536", "99999999999999999999999999"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_number(text, 65535));
  }
  EXPECT_FALSE(parse_decimal("0x10", 65535));
  EXPECT_FALSE(parse_decimal("18446744073709551616", UINT64_MAX));
}

TEST(Utf8, TellsTextFromBytes) {
  EXPECT_TRUE(is_utf8("plain, gr\xc3\xbc\xc3\x9f, \xe2\x82\xac, \xf0\x9f\x98\x80"));
  for (const char* text : {"\xc3", "\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff", "\xc3("}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Utf8, MeasuresTheFirstCharacter) {
  EXPECT_EQ(utf8_character("a\xff"), 1U);
  EXPECT_EQ(utf8_character("\xc3\xbc?"), 2U);
  EXPECT_EQ(utf8_character("\xf0\x9f\x98\x80"), 4U);
  EXPECT_EQ(utf8_character("\xff"), 0U);
  EXPECT_EQ(utf8_character("\xc3"), 0U);
  EXPECT_EQ(utf8_character(""), 0U);
}

TEST(TextWriter, CutsAndRemembers) {
  std::array<char, 8> buffer{};
  TextWriter out{buffer};
  out << "ab";
  out.decimal(12).hex(0xf, 2);
  EXPECT_EQ(out.text(), "ab120f");
  EXPECT_FALSE(out.cut());
  out << "xyz";
  EXPECT_EQ(out.text(), "ab120fxy");
  EXPECT_TRUE(out.cut());
}

TEST(InlineText, KeepsTheOldTextWhenTheNewOneDoesNotFit) {
  InlineText<3> text;
  EXPECT_TRUE(text.assign("abc"));
  EXPECT_FALSE(text.assign("abcd"));
  EXPECT_EQ(text.view(), "abc");
}

TEST(Compare, IgnoresAsciiCase) {
  EXPECT_TRUE(equal_ignoring_case("Iqn", "iQN"));
  EXPECT_FALSE(equal_ignoring_case("iqn", "iqn."));
  EXPECT_TRUE(starts_with_ignoring_case("0Xff", "0x"));
}

}  // namespace
}  // namespace isboot
