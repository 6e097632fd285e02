#include "app/keeper/flush_disks.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

class FlushDisks : public ::testing::Test {
protected:
  FlushDisks() {
    fs::create_directories(root_ / "block");
    fs::create_directories(root_ / "dev");
  }
  ~FlushDisks() override { fs::remove_all(root_); }

  void add(const std::string& name, const std::string& leads_to, bool has_device = true) {
    fs::create_symlink("../devices/" + leads_to + "/block/" + name, root_ / "block" / name);
    if (has_device) std::ofstream{root_ / "dev" / name} << "disk";
  }
  std::size_t run() { return flush_disks(root_ / "block", root_ / "dev"); }

  fs::path root_ = fs::path{::testing::TempDir()} / ("flush-disks-" + std::to_string(getpid()));
};

TEST_F(FlushDisks, OfSessionsAndNoOthers) {
  add("sda", "platform/host2/session1/target2:0:0/2:0:0:1");
  add("sdb", "platform/host3/session2/target3:0:0/3:0:0:0");
  add("sdc", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0");
  add("vda", "pci0000:00/0000:00:02.0/virtio0");
  EXPECT_EQ(run(), 2U);
}

TEST_F(FlushDisks, NamesTheOneThatDoesNot) {
  add("sda", "platform/host2/session1/target2:0:0/2:0:0:1", false);
  add("sdb", "platform/host3/session2/target3:0:0/3:0:0:0");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run(), 1U);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("dev/sda does not flush its cache: No such file"), std::string::npos) << said;
}

TEST_F(FlushDisks, WithoutSysfsThereAreNone) {
  EXPECT_EQ(flush_disks("/no/such/folder", "/dev"), 0U);
}

}  // namespace
}  // namespace isboot::app
