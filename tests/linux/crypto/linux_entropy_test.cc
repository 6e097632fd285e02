#include "platform/linux/crypto/linux_entropy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace isboot::linux_platform {
namespace {

TEST(LinuxEntropy, FillsEveryByteWithSomethingNew) {
  LinuxEntropy entropy;
  std::array<std::uint8_t, 600> first{};  // above the 256 bytes that come in one piece
  std::array<std::uint8_t, 600> second{};
  ASSERT_TRUE(entropy.fill(first));
  ASSERT_TRUE(entropy.fill(second));
  EXPECT_NE(first, second);
  EXPECT_FALSE(std::ranges::all_of(std::span{first}.last(64), [](auto byte) { return byte == 0; }));
  EXPECT_FALSE(entropy.weak());
  EXPECT_TRUE(entropy.fill({}));
}

}  // namespace
}  // namespace isboot::linux_platform
