#include "core/iscsi/binary_value.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::iscsi {
namespace {

std::string decoded(Text text, std::size_t room = 16) {
  std::array<std::uint8_t, 16> out{};
  const auto bytes = decode_binary(text, MutableBytes{out}.first(room));
  return bytes ? std::string{as_text(*bytes)} : "error " + std::to_string(bytes.error().offset);
}

TEST(BinaryValue, ReadsHex) {
  EXPECT_EQ(decoded("0x4142"), "AB");
  EXPECT_EQ(decoded("0X4a4B"), "JK");
  EXPECT_EQ(decoded("0x941"),
            "\x09"
            "A");
  EXPECT_EQ(decoded("0x41", 1), "A");
}

// RFC 4648 section 10 has these as examples.
TEST(BinaryValue, ReadsBase64) {
  EXPECT_EQ(decoded("0bZg=="), "f");
  EXPECT_EQ(decoded("0BZm8="), "fo");
  EXPECT_EQ(decoded("0bZm9v"), "foo");
  EXPECT_EQ(decoded("0bZm9vYmFy", 6), "foobar");
  EXPECT_EQ(decoded("0b+/8="), "\xfb\xff");
  EXPECT_EQ(decoded("0bZg"), "f");
  EXPECT_EQ(decoded("0bZm8"), "fo");
}

TEST(BinaryValue, RefusesWhatIsNeither) {
  EXPECT_EQ(decoded(""), "error 0");
  EXPECT_EQ(decoded("4142"), "error 0");
  EXPECT_EQ(decoded("0x"), "error 2");
  EXPECT_EQ(decoded("0x4g"), "error 3");
  EXPECT_EQ(decoded("0x414243", 2), "error 2");
  EXPECT_EQ(decoded("0b"), "error 2");
  EXPECT_EQ(decoded("0bZg="), "error 2");
  EXPECT_EQ(decoded("0bZ"), "error 2");
  EXPECT_EQ(decoded("0b===="), "error 2");
  EXPECT_EQ(decoded("0bZ==="), "error 3");
  EXPECT_EQ(decoded("0bZh=="), "error 3");
  EXPECT_EQ(decoded("0bZm9v", 2), "error 5");
}

}  // namespace
}  // namespace isboot::iscsi
