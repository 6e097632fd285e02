#include "platform/linux/system/root_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace isboot::linux_platform {
namespace {

using Words = std::vector<std::string>;

class RootCheckTest : public ::testing::Test {
protected:
  RootCheckTest() {
    char name[] = "/tmp/isboot-check-XXXXXX";
    folder_ = std::string{mkdtemp(name)} + "/";
  }
  ~RootCheckTest() override { std::filesystem::remove_all(folder_); }

  void make_checker(const std::string& type) {
    const std::string path = folder_ + "fsck." + type;
    std::ofstream{path} << "#!/bin/sh\n";
    ASSERT_EQ(chmod(path.c_str(), 0755), 0);
  }
  Words command(const std::string& type, Text command_line) const {
    return check_command(type, "/dev/sda1", CheckOptions::from_command_line(command_line), folder_);
  }

  std::string folder_;
};

TEST_F(RootCheckTest, RunsTheCheckerOfTheSystem) {
  make_checker("ext4");
  EXPECT_EQ(command("ext4", "quiet"), (Words{folder_ + "fsck.ext4", "-a", "/dev/sda1"}));
  EXPECT_EQ(command("ext4", "fsck.mode=force fsck.repair=yes"),
            (Words{folder_ + "fsck.ext4", "-y", "-f", "/dev/sda1"}));
  EXPECT_EQ(command("ext4", "fsck.repair=no"), (Words{folder_ + "fsck.ext4", "-n", "/dev/sda1"}));
  EXPECT_EQ(command("ext4", "fsck.mode=often fsck.repair=perhaps"),
            (Words{folder_ + "fsck.ext4", "-a", "/dev/sda1"}));
}

TEST_F(RootCheckTest, RunsNoneWhereThereIsNoneOrItIsNotWanted) {
  make_checker("ext4");
  EXPECT_TRUE(command("xfs", "").empty());
  EXPECT_TRUE(command("ext4", "fsck.mode=skip").empty());
}

// fsck(8): the status is the sum of what there is to say.
TEST(ResultOfCheck, IsTheWorstThatTheStatusSays) {
  EXPECT_EQ(result_of_check(0), CheckResult::Good);
  EXPECT_EQ(result_of_check(1), CheckResult::Repaired);
  EXPECT_EQ(result_of_check(3), CheckResult::Restart);
  EXPECT_EQ(result_of_check(4), CheckResult::Broken);
  EXPECT_EQ(result_of_check(5), CheckResult::Broken);
  for (const int could_not_look : {8, 16, 32, 128, 128 + 9})
    EXPECT_EQ(result_of_check(could_not_look), CheckResult::Good) << could_not_look;
}

TEST(RunAndWait, SaysHowTheProgramEnded) {
  EXPECT_EQ(run_and_wait({"/bin/sh", "-c", "exit 5"}).value(), 5);
  EXPECT_EQ(run_and_wait({"/bin/sh", "-c", "kill -9 $$"}).value(), 128 + 9);
}

TEST(RunAndWait, SaysThatThereIsNoSuchProgram) {
  EXPECT_FALSE(run_and_wait({"/no/such/program"}).ok());
}

}  // namespace
}  // namespace isboot::linux_platform
