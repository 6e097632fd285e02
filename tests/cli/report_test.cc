#include "cli/report/report.h"

#include <gtest/gtest.h>

#include "app/exit_status.h"

namespace isboot::cli::test {
namespace {

TEST(Report, AFailureEndsWithTheNextStep) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(report({"the disk is away", "isboot keep"}), app::kFailed);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "isboot: the disk is away\nisboot: next: isboot keep\n");
}

TEST(Report, TheStatusOfWhatRanIsItsOwn) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(status_of(int{app::kUsage}), app::kUsage);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(status_of(app::Failure{"a", "b"}), app::kFailed);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "isboot: a\nisboot: next: b\n");
}

TEST(Report, NothingToDoIsOneLine) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(report_nothing_to_do("no iBFT"), app::kNothingToDo);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "isboot: no iBFT\n");
}

// A target's name, or its words, may hold them.
TEST(Report, NoEscapeSequenceReachesTheTerminal) {
  ::testing::internal::CaptureStderr();
  warn(
      "\x1b[31m\xc2\x9b"
      "2J iqn.\xc3\xa4");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "isboot: ?[31m?2J iqn.\xc3\xa4\n");
  ::testing::internal::CaptureStdout();
  print("a\tb\n\x07\x7f\xc2");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a\tb\n??\xc2");
}

}  // namespace
}  // namespace isboot::cli::test
