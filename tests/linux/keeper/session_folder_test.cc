#include "platform/linux/keeper/session_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

// A folder "class" as sysfs has it: session 3 of host 5 with the disk sdb, LUN 1.
class SessionFolderTest : public ::testing::Test {
protected:
  SessionFolderTest() {
    char name[] = "/tmp/isboot-class-XXXXXX";
    classes_ = mkdtemp(name);
    const fs::path session = classes_ / "devices/host5/session3/iscsi_session/session3";
    write(session / "state", "LOGGED_IN\n");
    write(session / "targetname", "iqn.2026-11.org.example:disk\n");
    write(session / "recovery_tmo", "120\n");
    fs::create_directories(classes_ / "iscsi_session");
    fs::create_symlink("../devices/host5/session3/iscsi_session/session3",
                       classes_ / "iscsi_session/session3");
    write(classes_ / "block/sdb/device/wwid", "naa.6001405\n");
    write(classes_ / "block/sdb/device/delete", "");
    fs::create_directories(classes_ / "block/sdb/holders/not-dm");
    fs::create_directories(classes_ / "scsi_device/5:0:0:1/device/block/sdb");
    write(classes_ / "scsi_disk/5:0:0:1/max_retries", "5\n");
    write(classes_ / "scsi_disk/5:0:0:1/cache_type", "write back\n");
    write(classes_ / "scsi_host/host5/scan", "");
    folder_.emplace(*SessionFolder::open(classes_.c_str()));
  }
  ~SessionFolderTest() override { fs::remove_all(classes_); }

  static void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream{path} << text;
  }
  std::string read(const char* path) const {
    std::stringstream text;
    text << std::ifstream{classes_ / path}.rdbuf();
    return text.str();
  }
  static DiskName disk(Text name) {
    DiskName made;
    EXPECT_TRUE(made.assign(name));
    return made;
  }

  static constexpr SessionId kSession{3};
  static constexpr Lun kLun{{0, 1}};
  fs::path classes_;
  std::optional<SessionFolder> folder_;
};

TEST_F(SessionFolderTest, IsNotThereWithoutTheModule) {
  fs::remove_all(classes_ / "iscsi_session");
  EXPECT_EQ(errno_of(SessionFolder::open(classes_.c_str()).error().code), ENOENT);
}

TEST_F(SessionFolderTest, KnowsASessionByNumberAndTarget) {
  EXPECT_TRUE(folder_->is_logged_in(kSession));
  EXPECT_TRUE(folder_->find(kSession, "iqn.2026-11.org.example:disk", false));
  EXPECT_FALSE(folder_->find(kSession, "iqn.2026-11.org.example:other", false));
  EXPECT_FALSE(folder_->is_logged_in(SessionId{4}));
  write(classes_ / "iscsi_session/session3/state", "FAILED\n");
  EXPECT_FALSE(folder_->is_logged_in(kSession));
}

TEST_F(SessionFolderTest, TellsWhatIsGoneFromWhatCannotBeRead) {
  EXPECT_EQ(folder_->find(SessionId{4}, "iqn.2026-11.org.example:disk", false).error().code,
            Errc::NotFound);
  EXPECT_TRUE(folder_->is_lost(SessionId{4}));
  EXPECT_TRUE(folder_->is_unbound(SessionId{4}));
  EXPECT_FALSE(folder_->is_lost(kSession));
  for (const char* attribute : {"targetname", "state"}) {
    const fs::path path = classes_ / "iscsi_session/session3" / attribute;
    fs::remove(path);
    fs::create_directory(path);  // read() fails
  }
  EXPECT_EQ(errno_of(folder_->find(kSession, "iqn.2026-11.org.example:disk", false).error().code),
            EISDIR);
  EXPECT_FALSE(folder_->is_lost(kSession));
}

TEST_F(SessionFolderTest, SeesWhetherASessionHasDisks) {
  const fs::path device = classes_ / "iscsi_session/session3/device";
  fs::create_directories(device / "target2:0:0");
  EXPECT_FALSE(folder_->is_unbound(kSession));
  fs::remove_all(device / "target2:0:0");
  EXPECT_TRUE(folder_->is_unbound(kSession));
  fs::remove_all(device);
  write(device, "");  // no folder: it cannot be read
  EXPECT_FALSE(folder_->is_unbound(kSession));
}

TEST_F(SessionFolderTest, TakesASessionThatWasNeverLoggedInWhereThatMayBe) {
  write(classes_ / "iscsi_session/session3/targetname", "(null)\n");
  EXPECT_FALSE(folder_->find(kSession, "iqn.2026-11.org.example:disk", false));
  EXPECT_TRUE(folder_->find(kSession, "iqn.2026-11.org.example:disk", true));
}

TEST_F(SessionFolderTest, SetsHowLongIoWaits) {
  EXPECT_FALSE(folder_->holds_for_ever(kSession));
  ASSERT_TRUE(folder_->set_recovery_limit(kSession, std::nullopt));
  EXPECT_EQ(read("iscsi_session/session3/recovery_tmo").substr(0, 3), "off");
  write(classes_ / "iscsi_session/session3/recovery_tmo", "off\n");
  EXPECT_TRUE(folder_->holds_for_ever(kSession));
  write(classes_ / "iscsi_session/session3/recovery_tmo", "");
  ASSERT_TRUE(folder_->set_recovery_limit(kSession, 5));
  EXPECT_EQ(read("iscsi_session/session3/recovery_tmo"), "5");
  EXPECT_FALSE(folder_->set_recovery_limit(SessionId{9}, 5));
}

TEST_F(SessionFolderTest, LetsCommandsWaitForAsLongAsTheSession) {
  ASSERT_TRUE(folder_->retry_for_ever(kSession, kLun));
  EXPECT_EQ(read("scsi_disk/5:0:0:1/max_retries"), "-1");
  EXPECT_EQ(errno_of(folder_->retry_for_ever(kSession, Lun{}).error().code), ENOENT);
  EXPECT_EQ(folder_->retry_for_ever(SessionId{9}, kLun).error().code, Errc::NotFound);
}

TEST_F(SessionFolderTest, LetsTheKernelForgetTheCacheOfADiskThatItWillNotReachAgain) {
  ASSERT_TRUE(folder_->forget_cache(kSession, kLun));
  EXPECT_EQ(read("scsi_disk/5:0:0:1/cache_type"), "temporary write through");
  EXPECT_EQ(errno_of(folder_->forget_cache(kSession, Lun{}).error().code), ENOENT);
}

TEST_F(SessionFolderTest, ReadsTheNameThatTheDiskHasForItself) {
  EXPECT_EQ(folder_->disk_id(disk("/dev/sdb")).view(), "naa.6001405");
  EXPECT_TRUE(folder_->disk_id(disk("/dev/sdc")).empty());
  write(classes_ / "block/sdb/device/wwid", std::string(200, 'x'));
  EXPECT_TRUE(folder_->disk_id(disk("/dev/sdb")).empty());
}

TEST_F(SessionFolderTest, TellsMultipathFromOtherHolders) {
  EXPECT_FALSE(folder_->path_of_multipath(disk("/dev/sdb")));
  write(classes_ / "block/sdb/dev", "8:16\n");
  write(classes_ / "block/sdb/holders/dm-0/dm/uuid", "LVM-1234\n");
  write(classes_ / "block/sdb/holders/dm-0/dev", "254:0\n");
  EXPECT_FALSE(folder_->path_of_multipath(disk("/dev/sdb")));
  write(classes_ / "block/sdb/holders/dm-0/dm/uuid", "mpath-36001405\n");
  const auto path = folder_->path_of_multipath(disk("/dev/sdb"));
  ASSERT_TRUE(path);
  EXPECT_EQ(path->device.view(), "254:0");
  EXPECT_EQ(path->disk.view(), "8:16");
}

TEST_F(SessionFolderTest, TakesADiskAwayAndLooksForItAgain) {
  ASSERT_TRUE(folder_->remove(disk("/dev/sdb")));
  EXPECT_EQ(read("block/sdb/device/delete"), "1");
  ASSERT_TRUE(folder_->look_for(kSession, kLun));
  EXPECT_EQ(read("scsi_host/host5/scan"), "0 0 1");
  EXPECT_EQ(folder_->disk_of(kSession, kLun).view(), "/dev/sdb");
  EXPECT_TRUE(folder_->disk_of(kSession, Lun{}).empty());
  EXPECT_EQ(folder_->look_for(SessionId{9}, kLun).error().code, Errc::NotFound);
}

}  // namespace
}  // namespace isboot::linux_platform
