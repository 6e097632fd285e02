#include "core/iscsi/crc32c.h"

#include <gtest/gtest.h>

#include <vector>

namespace isboot::iscsi {
namespace {

std::uint32_t crc(Bytes data) {
  Crc32c digest;
  digest.add(data);
  return digest.value();
}

// RFC 7143 appendix A.4 has these examples.
TEST(Crc32c, GivesTheRfcsExamples) {
  std::vector<std::uint8_t> data(32);
  EXPECT_EQ(crc(data), 0x8a9136aaU);
  data.assign(32, 0xff);
  EXPECT_EQ(crc(data), 0x62a8ab43U);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc(data), 0x46dd794eU);
}

TEST(Crc32c, IsTheSameInPieces) {
  const std::vector<std::uint8_t> data(100, 0x5a);
  Crc32c digest;
  digest.add(Bytes{data}.first(33));
  digest.add({});
  digest.add(Bytes{data}.subspan(33));
  EXPECT_EQ(digest.value(), crc(data));
}

}  // namespace
}  // namespace isboot::iscsi
