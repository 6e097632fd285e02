#include "app/table/ibft_text.h"

#include <gtest/gtest.h>

namespace isboot::app::test {
namespace {

TEST(IbftText, EscapesWhatIsNoUtf8AndNothingElse) {
  struct Row {
    const char* raw;
    const char* escaped;
  };
  constexpr Row kRows[] = {
      {"iqn.2026-11.org.example:x", "iqn.2026-11.org.example:x"},
      {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
      {"a\xff\x80z", "a\\xff\\x80z"},
      {"DOMAIN\\user", "DOMAIN\\user"},
      {"\\x41", "\\x5cx41"},
      {"\xe2\x82", "\\xe2\\x82"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.escaped);
    EXPECT_EQ(escaped(row.raw), row.escaped);
    EXPECT_EQ(unescaped(escaped(row.raw)), row.raw);
  }
}

TEST(IbftText, GivesEveryByteBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += {static_cast<char>(byte), '\\', 'x', '4', '1'};
  EXPECT_EQ(unescaped(escaped(all)), all);
}

// A table comes from a network: it must not drive the terminal.
TEST(IbftText, EscapesControlsForATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\x7f\n"), "a\\x1b[2Jb\\x7f\\x0a");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
}

TEST(IbftText, NamesOriginsAndChapTypes) {
  for (int value = 0; value < 256; ++value) {
    const auto origin = static_cast<ibft::Origin>(value);
    EXPECT_EQ(parse_origin(origin_name(origin)), origin);
    const auto chap = static_cast<ibft::ChapType>(value);
    EXPECT_EQ(parse_chap(chap_name(chap)), chap);
  }
  EXPECT_EQ(origin_name(ibft::Origin::Dhcp), "dhcp");
  EXPECT_EQ(origin_name(static_cast<ibft::Origin>(7)), "unknown(7)");
  EXPECT_EQ(chap_name(static_cast<ibft::ChapType>(3)), "unknown(3)");
  for (const char* text : {"", "DHCP", "unknown()", "unknown(256)", "unknown(7"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_origin(text));
  }
}

}  // namespace
}  // namespace isboot::app::test
