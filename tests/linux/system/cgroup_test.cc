#include "platform/linux/system/cgroup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

class ControlGroup : public ::testing::Test {
protected:
  void SetUp() override {
    char name[] = "/tmp/isboot-cgroup-XXXXXX";
    mounts_ = mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(mounts_); }

  void make(const std::string& hierarchy) {
    std::filesystem::create_directories(mounts_ + hierarchy);
    std::ofstream{mounts_ + hierarchy + "/cgroup.procs"};
  }
  std::string members(const std::string& hierarchy) const {
    std::ifstream file{mounts_ + hierarchy + "/cgroup.procs"};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  std::string mounts_;
};

TEST_F(ControlGroup, IsLeftForTheRootOfTheOneHierarchy) {
  make("");
  ASSERT_TRUE(leave_control_group(mounts_));
  EXPECT_EQ(members(""), "0");
}

TEST_F(ControlGroup, IsLeftInEachOfSystemdsOlderHierarchies) {
  make("/systemd");
  make("/unified");
  ASSERT_TRUE(leave_control_group(mounts_));
  EXPECT_EQ(members("/systemd"), "0");
  EXPECT_EQ(members("/unified"), "0");
}

TEST_F(ControlGroup, NoneIsNothingToLeave) {
  EXPECT_TRUE(leave_control_group(mounts_));
  EXPECT_TRUE(std::filesystem::is_empty(mounts_)) << "a file was made";
}

TEST_F(ControlGroup, ThatDoesNotLetGoIsAnError) {
  std::filesystem::create_directories(mounts_ + "/cgroup.procs");  // a folder: nothing to write to
  const auto left = leave_control_group(mounts_);
  ASSERT_FALSE(left);
  EXPECT_EQ(errno_of(left.error().code), EISDIR);
}

}  // namespace
}  // namespace isboot::linux_platform
