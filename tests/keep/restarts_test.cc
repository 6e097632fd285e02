#include "core/keep/restarts.h"

#include <gtest/gtest.h>

namespace isboot::keep {
namespace {

using Gone = Restarts::Gone;

TEST(Restarts, EndWithAnEndThatWasDeclaredAlone) {
  Restarts restarts;
  EXPECT_FALSE(restarts.on_gone(Gone::Declared, 0).again);
  for (const Gone how : {Gone::Killed, Gone::Failed, Gone::NoProcess})
    EXPECT_TRUE(restarts.on_gone(how, 0).again);
}

TEST(Restarts, ComeASecondAfterTheLastStartOfOneThatWasKilled) {
  Restarts restarts;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(restarts.on_gone(Gone::Killed, 5'000).at, 6'000U);
}

TEST(Restarts, ComeLessOftenWhenTheyFailAndNeverStop) {
  Restarts restarts;
  for (const Millis wait : {1'000U, 2'000U, 4'000U, 8'000U, 8'000U})
    EXPECT_EQ(restarts.on_gone(Gone::Failed, 5'000).at, 5'000U + wait);
  for (int i = 0; i < 100'000; ++i) {
    const auto choice = restarts.on_gone(Gone::NoProcess, 0);
    ASSERT_TRUE(choice.again);
    ASSERT_EQ(choice.at, Restarts::kMost);
  }
  (void)restarts.on_gone(Gone::Killed, 0);  // that one had worked
  EXPECT_EQ(restarts.on_gone(Gone::Failed, 0).at, 1'000U);
}

}  // namespace
}  // namespace isboot::keep
