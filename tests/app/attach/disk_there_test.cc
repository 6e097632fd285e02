#include "app/attach/disk_there.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTarget = "iqn.2026-11.org.example:disk";

// Session 7 of host 2 has LUN 1 of the target as /dev/sda.
class DiskThere : public ::testing::Test {
protected:
  DiskThere() {
    char name[] = "/tmp/isboot-there-XXXXXX";
    root_ = mkdtemp(name);
    fs::create_directories(root_ / "class/iscsi_session/session7");
    std::ofstream{root_ / "class/iscsi_session/session7/targetname"} << kTarget << '\n';
    add_device("2:0:0:1");
  }
  ~DiskThere() override { fs::remove_all(root_); }

  void add_device(const std::string& number) {
    const fs::path device = root_ / "devices/host2/session7/target2:0:0" / number;
    fs::create_directories(device / "block/sda");
    fs::create_directories(device / "scsi_device" / number);
    fs::create_directory_symlink(device, device / "scsi_device" / number / "device");
    fs::create_directories(root_ / "class/scsi_device");
    fs::create_directory_symlink(device / "scsi_device" / number,
                                 root_ / "class/scsi_device" / number);
  }
  // Empty: it is not there.
  std::string found(const char* target, std::uint32_t lun, const char* sessions = "") {
    const auto status = parse_json(std::string{R"({"sessions":[)"} + sessions + "]}");
    const auto not_there = disk_is_not_there(target, *Lun::from_number(lun), *status,
                                             linux_platform::Sysfs{root_.string()});
    return not_there ? std::string{} : not_there.error().message;
  }

  fs::path root_;
};

TEST_F(DiskThere, IsTheSameLunOfTheSameTarget) {
  EXPECT_EQ(found(kTarget, 1), "session 7 has this disk as /dev/sda");
  EXPECT_EQ(found(kTarget, 2), "");
  EXPECT_EQ(found("iqn.2026-11.org.example:other", 1), "");
}

TEST_F(DiskThere, IsTheSameInAnotherFormatOfItsNumber) {
  add_device("2:0:0:16386");
  EXPECT_EQ(found(kTarget, 2), "session 7 has this disk as /dev/sda");
}

// It comes, or comes back, by the session's next login.
TEST_F(DiskThere, MayBeThatOfASessionWhoseDiskIsAway) {
  const char* const away = R"({"session":3,"target":"iqn.a","disk":null},
                              {"session":4,"target":"iqn.b","disk":"/dev/sdb"})";
  EXPECT_EQ(found("iqn.a", 0, away), "session 3 has this disk, or will: it is awaited");
  EXPECT_EQ(found("iqn.b", 0, away), "");
}

}  // namespace
}  // namespace isboot::app
