#include "app/init/init.h"

#include <gtest/gtest.h>

#include "app/exit_status.h"

namespace isboot::app {
namespace {

TEST(Init, IsTheNameOfTheFileAndNotOfItsFolder) {
  EXPECT_TRUE(is_init("/init"));
  EXPECT_TRUE(is_init("init"));
  EXPECT_FALSE(is_init("/init/isboot"));
  EXPECT_FALSE(is_init("isboot-init"));
}

TEST(Init, DoesNothingUnlessItIsTheFirstProcess) { EXPECT_EQ(init(nullptr), kUsage); }

}  // namespace
}  // namespace isboot::app
