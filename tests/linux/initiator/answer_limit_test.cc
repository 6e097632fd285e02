#include "platform/linux/initiator/answer_limit.h"

#include <gtest/gtest.h>

namespace isboot::linux_platform {
namespace {

// A machine that is slow may use all of the time that its user gives it.
TEST(AnswerLimit, IsTheUsersUntilThat) {
  const AnswerLimit limit{.give_up = 600'000};
  EXPECT_EQ(limit.at(0), 600'000U);
  EXPECT_EQ(limit.at(300'000), 600'000U);
  EXPECT_EQ(limit.at(599'999), 600'000U);
}

TEST(AnswerLimit, LeavesTimeToTakeBackWhatWasMade) {
  const AnswerLimit limit{.give_up = 600'000};
  EXPECT_EQ(limit.at(600'000), 630'000U);
  EXPECT_EQ(limit.at(700'000), 730'000U);
}

TEST(AnswerLimit, IsASpanWhereNobodyHasSetOne) { EXPECT_EQ(AnswerLimit{}.at(5'000), 35'000U); }

}  // namespace
}  // namespace isboot::linux_platform
