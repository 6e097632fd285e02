#include "platform/linux/keeper/baton.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace isboot::linux_platform {
namespace {

UniqueFd copy_of(const Baton& baton) {
  return UniqueFd{fcntl(baton.descriptor(), F_DUPFD_CLOEXEC, 0)};
}

TEST(Baton, IsTakenByOneOfTwo) {
  auto first = Baton::make();
  ASSERT_TRUE(first);
  auto second = Baton::receive(copy_of(*first));
  ASSERT_TRUE(second);
  EXPECT_TRUE(first->is_ours());
  EXPECT_FALSE(second->is_ours());
  EXPECT_FALSE(second->take()) << "it was not offered";
  ASSERT_TRUE(first->offer());
  EXPECT_TRUE(second->take());
  EXPECT_FALSE(first->take_back());
  EXPECT_FALSE(first->is_ours());
  EXPECT_TRUE(second->is_ours());
  // … and on to a third.
  ASSERT_TRUE(second->offer());
  auto third = Baton::receive(copy_of(*second));
  ASSERT_TRUE(third);
  ASSERT_TRUE(second->take_back());
  EXPECT_FALSE(third->take());
}

// The one who offers it was killed, and its guard has started another.
TEST(Baton, IsTheSameInAProcessThatWasForked) {
  auto first = Baton::make();
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->offer());
  const pid_t next = fork();
  if (next == 0) {
    auto second = Baton::receive(copy_of(*first));
    _exit(second && second->take() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(next, &status, 0), next);
  ASSERT_EQ(status, 0);
  EXPECT_FALSE(first->take_back());
}

TEST(Baton, IsRefusedWhereItCouldBeCutOff) {
  UniqueFd memory{memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  ASSERT_EQ(ftruncate(memory.get(), 4), 0);
  EXPECT_EQ(Baton::receive(std::move(memory)).error().code, Errc::BadValue);
  UniqueFd empty{memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  ASSERT_EQ(fcntl(empty.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  EXPECT_EQ(Baton::receive(std::move(empty)).error().code, Errc::BadValue);
  EXPECT_EQ(Baton::receive(UniqueFd{open("/dev/null", O_RDWR | O_CLOEXEC)}).error().code,
            Errc::BadValue);
}

}  // namespace
}  // namespace isboot::linux_platform
