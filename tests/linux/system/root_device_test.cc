#include "platform/linux/system/root_device.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUuid = "12345678-9abc-def0-1122-334455667788";

// Disks as files with the header of swap space (mkswap(8)): the smallest thing with a UUID.
class RootDeviceTest : public ::testing::Test {
protected:
  RootDeviceTest() {
    char name[] = "/tmp/isboot-block-XXXXXX";
    folder_ = mkdtemp(name);
    folders_.classes = folder_ / "class";
    folders_.nodes = folder_ / "dev";
    fs::create_directories(folders_.classes);
    fs::create_directories(folders_.nodes);
  }
  ~RootDeviceTest() override { fs::remove_all(folder_); }

  // `place`: below sysfs's folder "devices".
  void add(const std::string& place, bool has_uuid) {
    const std::string name = fs::path{place}.filename();
    fs::create_directories(folder_ / "devices" / place);
    fs::create_symlink(folder_ / "devices" / place, fs::path{folders_.classes} / name);
    std::string content(1U << 20, '\0');
    if (has_uuid) {
      content.replace(4086, 10, "SWAPSPACE2");
      content[1024] = 1;   // the version
      content[1028] = 15;  // the last page
      content.replace(1036, 16, "\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11\x22\x33\x44\x55\x66\x77\x88");
    }
    std::ofstream{fs::path{folders_.nodes} / name} << content;
  }
  std::vector<std::string> find(const std::string& booted) const {
    return find_devices_by_tag("UUID", kUuid, booted, folders_);
  }

  fs::path folder_;
  BlockFolders folders_;
};

using Names = std::vector<std::string>;

// A local disk from which the LUN was copied has the same UUID; names do not tell which is which.
TEST_F(RootDeviceTest, OfTwoCopiesTheDiskThatWasBootedComesFirst) {
  add("pci0/ata1/block/sda/sda1", true);
  add("platform/host3/session1/target/block/sdb/sdb1", true);
  add("pci0/ata1/block/sdc", false);
  EXPECT_EQ(find("sdb"), (Names{"sdb1", "sda1"}));
  EXPECT_EQ(find("sda"), (Names{"sda1", "sdb1"}));
  EXPECT_EQ(find(""), (Names{"sda1", "sdb1"}));
}

TEST_F(RootDeviceTest, ADisksNameIsNotTheBeginningOfAnothers) {
  add("pci0/block/sda/sda1", true);
  add("pci0/block/sdaa/sdaa1", true);
  EXPECT_EQ(find("sdaa"), (Names{"sdaa1", "sda1"}));
}

TEST_F(RootDeviceTest, TakesAUuidInEitherCase) {
  add("pci0/block/sda", true);
  EXPECT_EQ(find_devices_by_tag("UUID", "12345678-9ABC-DEF0-1122-334455667788", "", folders_),
            Names{"sda"});
  EXPECT_EQ(find_devices_by_tag("LABEL", kUuid, "", folders_), Names{});
}

}  // namespace
}  // namespace isboot::linux_platform
