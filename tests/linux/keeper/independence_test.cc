#include "platform/linux/keeper/independence.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "core/base/secret.h"
#include "testing/fake_log.h"
#include "testing/leave.h"

namespace isboot::linux_platform {
namespace {

constexpr int kNotLocked = 2;  // an exit status

// More than was left of the stack, and than the kernel sets aside for a program that starts.
__attribute__((noinline)) void use_much_stack() {
  std::array<std::uint8_t, 512U << 10> much;
  wipe(much);  // writes that the compiler must not leave out
}

TEST(Independence, AStackThatWasGivenBackIsThereWhenItIsNeeded) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    testing::FakeLog log;
    if (!become_independent(log)) testing::leave(kNotLocked);
    use_much_stack();
    testing::leave(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotLocked)
    GTEST_SKIP() << "so much memory cannot be locked here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace isboot::linux_platform
