#include "platform/linux/sysfs/disk_use.h"

#include <gtest/gtest.h>

#include "tests/linux/sysfs/tree.h"

namespace isboot::linux_platform::test {
namespace {

// Session 3 carries sdb with two partitions; the local disk sda is of no session.
class DiskUseTest : public ::testing::Test {
protected:
  DiskUseTest() {
    const std::string disk = "devices/platform/host3/session3/target3:0:0/3:0:0:0/block/sdb";
    device("sda", "devices/pci0/ata1/block/sda", "8:0");
    device("sdb", disk, "8:16");
    partition("sdb1", disk + "/sdb1", "8:17");
    partition("sdb2", disk + "/sdb2", "8:18");
    write("self/mountinfo", "20 1 8:0 / / rw - ext4 /dev/sda rw\n");
    write("swaps", "Filename\tType\tSize\tUsed\tPriority\n");
  }

  void device(const std::string& name, const std::string& folder, const std::string& number) {
    sys_.write(folder + "/dev", number + "\n");
    sys_.folder(folder + "/holders");
    sys_.link("class/block/" + name, folder);
  }
  void partition(const std::string& name, const std::string& folder, const std::string& number) {
    device(name, folder, number);
    sys_.write(folder + "/partition", "1\n");
  }
  // A device-mapper device over another.
  void mapped(const std::string& name, const std::string& over, const std::string& number) {
    device(name, "devices/virtual/block/" + name, number);
    sys_.link("class/block/" + over + "/holders/" + name, "devices/virtual/block/" + name);
  }
  void write(const std::string& file, const std::string& text) { proc_.write(file, text); }
  std::string use(unsigned session = 3) const {
    return use_of_disks(session, Sysfs{sys_.path()}, proc_.path()).value_or("none");
  }

  Tree sys_;
  Tree proc_;
};

TEST_F(DiskUseTest, NothingUsesADiskThatIsOnlyThere) {
  mapped("dm-0", "sdb2", "253:0");
  EXPECT_EQ(use(), "none");
}

TEST_F(DiskUseTest, SeesAMountedPartition) {
  write("self/mountinfo", "30 1 8:17 / /boot rw shared:1 - ext4 /dev/sdb1 rw\n");
  EXPECT_EQ(use(), "sdb1 is mounted at /boot");
  EXPECT_EQ(use(30), "none");
}

TEST_F(DiskUseTest, SeesRootOnLvmOnLuks) {
  mapped("dm-0", "sdb2", "253:0");
  mapped("dm-1", "dm-0", "253:1");
  write("self/mountinfo", "30 1 253:1 / / rw - ext4 /dev/mapper/vg-root rw\n");
  EXPECT_EQ(use(), "dm-1 is mounted at /");
}

TEST_F(DiskUseTest, SeesRootOnAPartitionOfAMultipathDevice) {
  mapped("dm-0", "sdb", "253:0");
  mapped("dm-1", "dm-0", "253:1");
  write("self/mountinfo", "30 1 253:1 / / rw - xfs /dev/mapper/mpatha-part1 rw\n");
  EXPECT_EQ(use(), "dm-1 is mounted at /");
}

TEST_F(DiskUseTest, SeesAPartitionOfARaid) {
  mapped("md0", "sdb2", "9:0");
  partition("md0p1", "devices/virtual/block/md0/md0p1", "259:0");
  write("self/mountinfo", "30 1 259:0 / /srv rw - ext4 /dev/md0p1 rw\n");
  EXPECT_EQ(use(), "md0p1 is mounted at /srv");
}

// The mount has a number of its own, and may name another disk of the file system.
TEST_F(DiskUseTest, SeesBtrfs) {
  write("self/mountinfo", "30 1 0:25 / /srv rw - btrfs /dev/sdb1 rw\n");
  EXPECT_EQ(use(), "sdb1 is mounted at /srv");
  write("self/mountinfo", "30 1 0:25 / /srv rw - btrfs /dev/sda rw\n");
  EXPECT_EQ(use(), "none");
  sys_.link("fs/btrfs/1234-56/devices/sdb2", "class/block/sdb2");
  EXPECT_EQ(use(), "sdb2 is of the btrfs 1234-56, which is mounted");
}

TEST_F(DiskUseTest, SeesSwap) {
  mapped("dm-0", "sdb2", "253:0");
  write("swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/dm-0   partition\t1\t0\t-2\n");
  EXPECT_EQ(use(), "dm-0 is swap space");
}

TEST_F(DiskUseTest, SeesWhatOnlyAContainerHasMounted) {
  write("77/mountinfo", "30 1 8:18 / /data rw - ext4 /dev/sdb2 rw\n");
  proc_.link("77/ns/mnt", "mnt:[4026531841]");
  EXPECT_EQ(use(), "sdb2 is mounted at /data");
}

TEST_F(DiskUseTest, ATableThatCannotBeReadCountsAsAUse) {
  EXPECT_TRUE(use_of_disks(3, Sysfs{sys_.path()}, "/no/such/proc"));
}

}  // namespace
}  // namespace isboot::linux_platform::test
