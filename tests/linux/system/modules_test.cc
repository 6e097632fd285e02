#include "platform/linux/system/modules.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace isboot::linux_platform {
namespace {

class ModulesTest : public ::testing::Test {
protected:
  ModulesTest() : folder_{::testing::TempDir() + "isboot-modules-" + std::to_string(getpid())} {
    std::filesystem::create_directories(folder_);
  }
  ~ModulesTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream{folder_ + "/" + name} << text;
  }

  std::string folder_;
};

TEST_F(ModulesTest, HoldsNothingWhenThereIsNoFolder) {
  const auto loaded = Modules{folder_ + "/none"}.load("isboot_test_module");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::NotFound);
}

TEST_F(ModulesTest, TakesWhatIsBuiltInAsLoaded) {
  write("modules.builtin", "kernel/drivers/isboot-test.ko\n");
  EXPECT_TRUE(Modules{folder_}.load("isboot_test"));
  EXPECT_TRUE(Modules{folder_}.load("isboot-test"));
}

TEST_F(ModulesTest, FollowsAnAliasToAModule) {
  write("modules.builtin", "kernel/isboot_real.ko\n");
  write("modules.alias",
        "# a comment\nalias pci:v00001AF4d*sv* isboot_real\nalias crc isboot_real\n");
  EXPECT_TRUE(Modules{folder_}.load("crc"));
  EXPECT_TRUE(Modules{folder_}.load("pci:v00001AF4d00001000sv0"));
  EXPECT_FALSE(Modules{folder_}.load("pci:v00008086d00001000sv0"));
}

TEST_F(ModulesTest, SaysWhichFileTheKernelCannotHave) {
  write("modules.dep", "kernel/isboot_a.ko.xz: kernel/isboot_b.ko\nkernel/isboot_b.ko:\n");
  const auto loaded = Modules{folder_}.load("isboot_a");
  ASSERT_FALSE(loaded);
  EXPECT_STREQ(loaded.error().text, "the module's file cannot be opened");
}

TEST_F(ModulesTest, EndsWhenAliasesOrSoftDependenciesRunInACircle) {
  write("modules.alias", "alias isboot_x isboot_y\nalias isboot_y isboot_x\n");
  EXPECT_FALSE(Modules{folder_}.load("isboot_x"));
  write("modules.alias", "");
  write("modules.dep", "isboot_a.ko:\nisboot_b.ko:\n");
  write("modules.softdep", "softdep isboot_a pre: isboot_b\nsoftdep isboot_b pre: isboot_a\n");
  EXPECT_FALSE(Modules{folder_}.load("isboot_a"));
}

TEST_F(ModulesTest, LoadsModulesForDevicesWithoutADriver) {
  const std::string device = folder_ + "/bus/pci/devices/0000:00:02.0";
  std::filesystem::create_directories(device);
  std::ofstream{device + "/modalias"} << "pci:isboot\n";
  write("modules.alias", "alias pci:isbo* isboot_absent\n");
  EXPECT_EQ(Modules{folder_}.load_for_devices(folder_), 0);
}

TEST_F(ModulesTest, NamesTheFilesThatAModuleTakesNeededOnesFirst) {
  write(
      "modules.dep",
      "k/iscsi_tcp.ko.xz: k/libiscsi.ko.xz k/scsi_core.ko.xz\nk/libiscsi.ko.xz: k/scsi_core.ko.xz\n"
      "k/scsi_core.ko.xz:\nk/crc-a.ko:\nk/crc-b.ko:\n");
  write("modules.alias", "alias crc crc_a\nalias crc crc_b\n");
  write("modules.softdep", "softdep iscsi_tcp pre: crc post: nothing\n");
  write("modules.builtin", "k/sd_mod.ko\n");
  const Modules modules{folder_};
  EXPECT_EQ(modules.files_of("iscsi-tcp"),
            (std::vector<std::string>{"k/crc-a.ko", "k/crc-b.ko", "k/scsi_core.ko.xz",
                                      "k/libiscsi.ko.xz", "k/iscsi_tcp.ko.xz"}));
  EXPECT_TRUE(modules.files_of("sd_mod").empty());
  EXPECT_TRUE(modules.files_of("no_such_module").empty());
  EXPECT_EQ(modules.files_below("k/crc").size(), 2U);
}

}  // namespace
}  // namespace isboot::linux_platform
