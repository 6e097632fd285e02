#include "platform/linux/initiator/disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "tests/linux/sysfs/tree.h"

namespace isboot::linux_platform::test {
namespace {

class DiskTest : public ::testing::Test {
protected:
  DiskTest() { tree_.write("class/scsi_host/host3/scan", ""); }

  // Too short for a second look, long enough for a first one on a busy machine. What comes to an
  // end by the limit alone names a shorter one.
  Result<DiskName> wait(Millis time = 900) {
    return wait_for_disk(3, *Lun::from_number(1), clock_, clock_.now() + time,
                         {Sysfs{tree_.path()}, tree_.path("dev")});
  }
  std::string written(const std::string& file) const {
    const auto text = read_file(tree_.path(file), 64);
    return text ? *text : "nothing";
  }
  void add_disk(const std::string& size) {
    tree_.write("class/block/sdb/size", size);
    tree_.folder("class/scsi_device/3:0:0:1/device/block/sdb");
    tree_.write("class/scsi_device/3:0:0:1/device/rescan", "");
    tree_.write("dev/sdb", "");
  }

  Tree tree_;
  LinuxClock clock_;
};

TEST_F(DiskTest, AsksForThisLunAlone) {
  add_disk("2048\n");
  const auto disk = wait();
  ASSERT_TRUE(disk) << disk.error().text;
  EXPECT_EQ(disk->view(), tree_.path("dev/sdb"));
  EXPECT_EQ(written("class/scsi_host/host3/scan"), "0 0 1");
  EXPECT_EQ(written("class/scsi_device/3:0:0:1/device/rescan"), "");
}

TEST_F(DiskTest, ALunThatIsNotThereIsNotFound) {
  const auto disk = wait();
  ASSERT_FALSE(disk);
  EXPECT_EQ(disk.error().code, Errc::NotFound);
}

// A pipe takes so many scans, and then lets whoever writes wait, as the kernel does while the
// connection is lost.
UniqueFd scans_that_are_answered(const std::string& file, std::size_t count) {
  EXPECT_EQ(unlink(file.c_str()), 0);
  EXPECT_EQ(mkfifo(file.c_str(), 0600), 0);
  UniqueFd pipe{open(file.c_str(), O_RDWR | O_CLOEXEC)};
  const int room = fcntl(pipe.get(), F_SETPIPE_SZ, 4096);
  const std::size_t scans = count * std::string_view{"0 0 1"}.size();
  const std::string filling(static_cast<std::size_t>(room) - scans, 'x');
  EXPECT_EQ(write(pipe.get(), filling.data(), filling.size()),
            static_cast<ssize_t>(filling.size()));
  return pipe;
}

TEST_F(DiskTest, WhatAScanHasAnsweredHoldsWhenTheNextOneIsCutOff) {
  const auto pipe = scans_that_are_answered(tree_.path("class/scsi_host/host3/scan"), 1);
  const auto disk = wait(1'100);
  ASSERT_FALSE(disk);
  EXPECT_STREQ(disk.error().text, "the target has no such LUN");
}

TEST_F(DiskTest, AScanThatIsNeverAnsweredSaysNothingOfTheLun) {
  const auto pipe = scans_that_are_answered(tree_.path("class/scsi_host/host3/scan"), 0);
  const auto disk = wait(50);
  ASSERT_FALSE(disk);
  EXPECT_STREQ(disk.error().text, "the target does not say whether it has the LUN");
}

TEST_F(DiskTest, ALunWithoutADiskTakesTheTimeThereIs) {
  tree_.folder("class/scsi_device/3:0:0:1/device");
  const auto disk = wait(300);
  ASSERT_FALSE(disk);
  EXPECT_STREQ(disk.error().text, "the LUN is there, but no disk came of it");
}

TEST_F(DiskTest, ADiskWithoutASizeIsNamedAsThatWhenItDoesNotAnswer) {
  add_disk("0\n");
  const auto pipe =
      scans_that_are_answered(tree_.path("class/scsi_device/3:0:0:1/device/rescan"), 0);
  const auto disk = wait(300);
  ASSERT_FALSE(disk);
  EXPECT_STREQ(disk.error().text, "the LUN's disk is not ready: it has no size");
}

TEST_F(DiskTest, ADiskWithoutASizeIsAskedForItAgain) {
  add_disk("0\n");
  const auto disk = wait();
  ASSERT_FALSE(disk);
  EXPECT_STREQ(disk.error().text, "the LUN's disk is not ready: it has no size");
  EXPECT_EQ(written("class/scsi_device/3:0:0:1/device/rescan"), "1");
}

TEST(KernelLun, CountsAsTheKernelDoes) {
  EXPECT_EQ(kernel_lun(*Lun::from_number(1)), 1U);
  Lun lun;
  lun.bytes = {0x40, 0x01, 0x00, 0x02, 0, 0, 0, 0};
  EXPECT_EQ(kernel_lun(lun), 0x24001U);
}

}  // namespace
}  // namespace isboot::linux_platform::test
