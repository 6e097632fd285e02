#include "core/iscsi/text_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace isboot::iscsi {
namespace {

using namespace std::string_literals;

// All pairs, or the error.
std::pair<std::vector<std::pair<std::string, std::string>>, Error> read(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> keys;
  TextKeyReader reader{as_bytes(text)};
  for (;;) {
    const auto key = reader.next();
    if (!key) return {keys, key.error()};
    if (!*key) return {keys, Error{}};
    keys.emplace_back((*key)->name, (*key)->value);
  }
}

TEST(TextKeyReader, TakesPairsApart) {
  const auto [keys, error] = read("A=1\0LongName.-+@_=x=y\0Empty=\0iSCSIProtocolLevel=2\0"s);
  EXPECT_EQ(error.code, Code{});
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"A", "1"}, {"LongName.-+@_", "x=y"}, {"Empty", ""}, {"iSCSIProtocolLevel", "2"}};
  EXPECT_EQ(keys, expected);
}

TEST(TextKeyReader, SkipsNulsThatTargetsPadWith) {
  EXPECT_EQ(read("\0A=1\0\0\0B=2\0\0"s).first.size(), 2U);
  EXPECT_TRUE(read(""s).first.empty());
  EXPECT_EQ(read("\0\0\0"s).second.code, Code{});
}

TEST(TextKeyReader, TakesTheLastPairWithoutItsNul) {
  TextKeyReader reader{as_bytes(Text{"A=1\0B=2", 7})};
  ASSERT_TRUE(*reader.next());
  EXPECT_FALSE(reader.unterminated());
  const auto last = reader.next();
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->value, "2");
  EXPECT_TRUE(reader.unterminated());
  EXPECT_FALSE(*reader.next());
}

TEST(TextKeyReader, TakesANameWithASmallFirstLetter) {
  EXPECT_EQ(read("auth=1\0"s).first.size(), 1U);
}

TEST(TextKeyReader, RefusesWhatIsNoText) {
  struct Row {
    const char* name;
    std::string text;
    Code code;
    std::uint32_t offset;
  };
  std::string many;
  for (unsigned i = 0; i <= kMaxKeys; ++i) many += "K=1\0"s;
  const Row rows[] = {
      {"no '='", "A=1\0Bogus\0"s, TextErrc::NoEquals, 4},
      {"no name", "=1\0"s, TextErrc::BadKeyName, 0},
      {"space in the name", "Auth Method=1\0"s, TextErrc::BadKeyName, 0},
      {"64 characters of name", std::string(64, 'A') + "=1\0"s, TextErrc::BadKeyName, 0},
      {"endless value", "A=" + std::string(kMaxValue + 1, '1') + '\0', TextErrc::ValueTooLong, 0},
      {"endless keys", many, TextErrc::TooManyKeys, 4 * kMaxKeys},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Error error = read(row.text).second;
    EXPECT_EQ(error.code, row.code);
    EXPECT_EQ(error.offset, row.offset);
  }
}

TEST(TextKeyReader, TakesTheLongestNameAndValue) {
  EXPECT_EQ(read(std::string(63, 'A') + "=" + std::string(kMaxValue, '1') + '\0').first.size(), 1U);
}

TEST(TextKeyWriter, WritesWhatTheReaderReads) {
  std::array<std::uint8_t, 64> buffer{};
  const std::array<std::uint8_t, 2> binary = {0x0a, 0xff};
  TextKeyWriter out{buffer};
  EXPECT_TRUE(out.empty());
  out.add("A", "x").add("B", 42U).add_binary("C", binary);
  const auto text = out.finish();
  ASSERT_TRUE(text);
  EXPECT_EQ(std::string{as_text(*text)}, "A=x\0B=42\0C=0x0aff\0"s);
}

TEST(TextKeyWriter, FailsWhenTheBufferIsFull) {
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_FALSE(TextKeyWriter{buffer}.add("Name", "value").finish());
}

}  // namespace
}  // namespace isboot::iscsi
