#include "core/iscsi/key_value.h"

#include <gtest/gtest.h>

namespace isboot::iscsi {
namespace {

Result<KeyValue> read(Key key, Text value, std::uint32_t offered = 0) {
  return read_value(rule(key), {rule(key).name, value, 0, false}, offered);
}

TEST(KeyValue, IsReadByItsTypeAndRange) {
  struct Row {
    Key key;
    Text value;
    std::uint32_t number;
    std::optional<Tolerance> breaks;
  };
  const Row rows[] = {
      {Key::MaxBurstLength, "65536", 65536, {}},
      {Key::MaxBurstLength, "065536", 65536, {}},
      {Key::MaxBurstLength, "0X10000", 65536, {}},
      {Key::MaxBurstLength, "511", 512, Tolerance::OutOfRange},
      {Key::MaxBurstLength, "65536 , 4096", 4096, Tolerance::NotPlain},
      {Key::DefaultTime2Wait, "1,5", 5, Tolerance::NotPlain},
      {Key::DefaultTime2Wait, "soon", 2, Tolerance::NotPlain},
      {Key::InitialR2T, "no", 0, Tolerance::OtherCase},
      {Key::InitialR2T, " No", 0, Tolerance::Blanks},
      {Key::InitialR2T, "0", 1, Tolerance::NotYesOrNo},
      {Key::ImmediateData, "1", 0, Tolerance::NotYesOrNo},
      {Key::HeaderDigest, "None", 0, {}},
      {Key::HeaderDigest, "CRC32C,None", 0, Tolerance::ListAnswered},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.value);
    const auto value = read(row.key, row.value);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->number, row.number);
    EXPECT_EQ(value->breaks, row.breaks);
  }
}

TEST(KeyValue, IsRefusedWhereNothingSafeCanBeMadeOfIt) {
  for (const Text value : {"", "64k", "-1", "0x", "+5", "65536;"}) {
    const auto refused = read(Key::MaxBurstLength, value);
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().code, TextErrc::BadNumber);
  }
  for (const Text value : {"", "CRC32C", "CRC32", "CRC32C,CRC32C"})
    EXPECT_FALSE(read(Key::DataDigest, value)) << value;
  EXPECT_EQ(read(Key::DataDigest, "CRC32C", 1)->number, 1U);
}

TEST(KeyValue, TwoComeToWhatTheTypeSays) {
  EXPECT_EQ(combine(KeyType::Minimum, 3, 5), 3U);
  EXPECT_EQ(combine(KeyType::Maximum, 3, 5), 5U);
  EXPECT_EQ(combine(KeyType::And, 1, 0), 0U);
  EXPECT_EQ(combine(KeyType::Or, 1, 0), 1U);
  EXPECT_TRUE(is_computed(KeyType::And));
  EXPECT_FALSE(is_computed(KeyType::Digest));
}

TEST(KeyValue, TakesAListApart) {
  Text list = "a,b,";
  EXPECT_EQ(take_item(list), "a");
  EXPECT_EQ(take_item(list), "b");
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace isboot::iscsi
