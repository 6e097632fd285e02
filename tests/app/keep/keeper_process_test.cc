#include "app/keep/keeper_process.h"

#include <gtest/gtest.h>

#include "platform/linux/keeper/independence.h"

namespace isboot::app {
namespace {

TEST(KeeperProcess, IsKnownByTheNameThatSystemdSpares) {
  EXPECT_TRUE(is_keeper(linux_platform::kKeeperName));
  EXPECT_EQ(linux_platform::kKeeperName[0], '@');
  EXPECT_FALSE(is_keeper("isboot"));
}

}  // namespace
}  // namespace isboot::app
