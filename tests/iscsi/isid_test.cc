#include "core/iscsi/isid.h"

#include <gtest/gtest.h>

#include "testing/fake_entropy.h"

namespace isboot::iscsi {
namespace {

TEST(RandomIsid, HasTheRandomTypeAndTheQualifier) {
  isboot::testing::FakeEntropy entropy{0x11};
  const auto isid = random_isid(entropy, 0x0203);
  ASSERT_TRUE(isid);
  EXPECT_EQ(isid->bytes, (std::array<std::uint8_t, 6>{0x80, 0x11, 0x12, 0x13, 0x02, 0x03}));
}

TEST(RandomIsid, FailsWithoutEntropy) {
  isboot::testing::FakeEntropy entropy;
  entropy.broken = true;
  EXPECT_FALSE(random_isid(entropy, 0));
}

}  // namespace
}  // namespace isboot::iscsi
