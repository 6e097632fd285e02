#include <gtest/gtest.h>

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot {
namespace {

TEST(Reader, ReadsBothByteOrders) {
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(*Reader{bytes}.u8(), 1);
  EXPECT_EQ(*Reader{bytes}.le16(), 0x0201);
  EXPECT_EQ(*Reader{bytes}.be16(), 0x0102);
  EXPECT_EQ(*Reader{bytes}.be24(), 0x010203U);
  EXPECT_EQ(*Reader{bytes}.le32(), 0x04030201U);
  EXPECT_EQ(*Reader{bytes}.be32(), 0x01020304U);
  EXPECT_EQ(*Reader{bytes}.le64(), 0x0807060504030201U);
  EXPECT_EQ(*Reader{bytes}.be64(), 0x0102030405060708U);
}

TEST(Reader, FailsWithoutMoving) {
  const std::uint8_t bytes[] = {1, 2, 3};
  Reader in{bytes, 1};
  const auto failed = in.le32();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::Truncated);
  EXPECT_EQ(failed.error().offset, 1U);
  EXPECT_EQ(*in.le16(), 0x0302);
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_FALSE(in.skip(1));
  EXPECT_FALSE(in.bytes(1));
  EXPECT_TRUE(in.bytes(0));
}

TEST(Reader, ToleratesAStartPastTheEnd) {
  const std::uint8_t bytes[] = {1};
  Reader in{bytes, 100};
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_FALSE(in.u8());
  EXPECT_FALSE(in.bytes(1));
}

TEST(Writer, WritesWhatReaderReads) {
  std::array<std::uint8_t, 32> buffer{};
  Writer out{buffer};
  out.u8(1).le16(0x0203).be24(0x040506).be64(0x0708090a0b0c0d0e).text("ab").align(4);
  const auto written = out.finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->size(), 16U);
  Reader in{*written};
  EXPECT_EQ(*in.u8(), 1);
  EXPECT_EQ(*in.le16(), 0x0203);
  EXPECT_EQ(*in.be24(), 0x040506U);
  EXPECT_EQ(*in.be64(), 0x0708090a0b0c0d0eU);
  EXPECT_EQ(as_text(*in.bytes(2)), "ab");
}

TEST(Writer, StaysFullOnceSomethingDidNotFit) {
  std::array<std::uint8_t, 3> buffer{};
  Writer out{buffer};
  out.le16(1).le16(2).u8(3);
  EXPECT_TRUE(out.full());
  const auto finished = out.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, Errc::NoSpace);
  EXPECT_EQ(finished.error().offset, 2U);
}

}  // namespace
}  // namespace isboot
