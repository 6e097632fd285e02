#include "platform/linux/firmware/secret_pages.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/text.h"

namespace isboot::linux_platform::test {
namespace {

TEST(SecretPages, StartZeroedAndWipeWhatIsGivenUp) {
  auto pages = SecretPages::allocate(4096);
  ASSERT_TRUE(pages);
  EXPECT_TRUE(pages->bytes().empty());
  pages->resize(16);
  std::fill_n(pages->memory().begin(), 16, std::uint8_t{'s'});
  pages->resize(4);
  EXPECT_EQ(as_text(pages->bytes()), "ssss");
  for (const std::uint8_t byte : pages->memory().subspan(4, 12)) EXPECT_EQ(byte, 0);
  pages->resize(100000);
  EXPECT_EQ(pages->bytes().size(), 4096U);
}

TEST(SecretPages, MoveWithoutCopies) {
  auto pages = SecretPages::allocate(4096);
  ASSERT_TRUE(pages);
  pages->resize(1);
  const std::uint8_t* start = pages->bytes().data();
  const SecretPages moved{std::move(*pages)};
  EXPECT_EQ(moved.bytes().data(), start);
  EXPECT_TRUE(pages->bytes().empty());
}

}  // namespace
}  // namespace isboot::linux_platform::test
