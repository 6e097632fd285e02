#include "platform/linux/keeper/guard_page.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace isboot::linux_platform {
namespace {

TEST(GuardPage, ShowsWhoIsAtWork) {
  GuardPage page;
  const auto turn = page.next_turn();
  EXPECT_TRUE(page.begin(turn, 100));
  EXPECT_EQ(page.take_over(), 100);
  EXPECT_EQ(page.take_over(), 100);
}

// A guard was killed between its fork() and the first step of what it forked.
TEST(GuardPage, WhoHasNotBegunWhenAnotherTakesOverNeverWill) {
  GuardPage page;
  const auto turn = page.next_turn();
  EXPECT_EQ(page.take_over(), 0);
  EXPECT_FALSE(page.begin(turn, 100));
  const auto next = page.next_turn();
  EXPECT_TRUE(page.begin(next, 200));
  EXPECT_FALSE(page.begin(turn, 100));
  EXPECT_EQ(page.take_over(), 200);
}

TEST(GuardPage, NobodyIsAtWorkBetweenTwoTurns) {
  GuardPage page;
  EXPECT_TRUE(page.begin(page.next_turn(), 100));
  (void)page.next_turn();
  EXPECT_EQ(page.take_over(), 0);
}

TEST(GuardPage, IsSharedWithWhoIsForkedLater) {
  GuardPage* const page = GuardPage::make();
  ASSERT_NE(page, nullptr);
  EXPECT_FALSE(page->over());
  const pid_t child = fork();
  if (child == 0) {
    page->declare_over(0);
    _exit(0);
  }
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(page->over(), 0);
}

}  // namespace
}  // namespace isboot::linux_platform
