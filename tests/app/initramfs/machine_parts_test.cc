#include "app/initramfs/machine_parts.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace isboot::app::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MachineParts : public ::testing::Test {
protected:
  ~MachineParts() override { fs::remove_all(root_); }

  void driver(const std::string& device, const std::string& module) {
    fs::create_directories(root_ / "module" / module);
    fs::create_directories(root_ / "drivers" / module);
    if (!fs::exists(root_ / "drivers" / module / "module"))
      fs::create_symlink(root_ / "module" / module, root_ / "drivers" / module / "module");
    fs::create_directories(root_ / device);
    fs::create_symlink(root_ / "drivers" / module, root_ / device / "driver");
  }
  void nic(const std::string& name, const std::string& device, const char* mac) {
    fs::create_directories(root_ / "class/net" / name);
    if (!device.empty()) fs::create_symlink(root_ / device, root_ / "class/net" / name / "device");
    std::ofstream{root_ / "class/net" / name / "address"} << mac << '\n';
  }
  void block(const std::string& name, const char* layer) {
    fs::create_directories(root_ / "class/block" / name / layer);
  }

  fs::path root_ = fs::path{::testing::TempDir()} / ("machine_parts" + std::to_string(getpid()));
};

constexpr MacAddress kBoot{{0x52, 0x54, 0, 0, 0, 1}};

TEST_F(MachineParts, ABootNicBringsItsDriverAndItsBus) {
  driver("devices/pci0/0000:00:02.0", "virtio_pci");
  driver("devices/pci0/0000:00:02.0/virtio0", "virtio_net");
  driver("devices/pci0/0000:00:03.0", "e1000");
  nic("ens2", "devices/pci0/0000:00:02.0/virtio0", "52:54:00:00:00:01");
  nic("ens3", "devices/pci0/0000:00:03.0", "52:54:00:00:00:02");
  nic("lo", "", "00:00:00:00:00:00");
  EXPECT_THAT(nic_modules(root_, {{kBoot}}), ElementsAre("virtio_net", "virtio_pci"));
  EXPECT_THAT(nic_modules(root_, {}), ElementsAre("virtio_net", "virtio_pci", "e1000"));
  const MacAddress other{{2, 0, 0, 0, 0, 9}};
  EXPECT_THAT(nic_modules(root_, {{other}}), ElementsAre("virtio_net", "virtio_pci", "e1000"));
}

TEST_F(MachineParts, ABootNicBringsItsPhysDriver) {
  driver("devices/pci0/0000:00:02.0", "tg3");
  driver("devices/pci0/0000:00:02.0/mdio_bus/tg3-0/tg3-0:01", "broadcom");
  nic("eno1", "devices/pci0/0000:00:02.0", "52:54:00:00:00:01");
  fs::create_symlink(root_ / "devices/pci0/0000:00:02.0/mdio_bus/tg3-0/tg3-0:01",
                     root_ / "class/net/eno1/phydev");
  EXPECT_THAT(nic_modules(root_, {{kBoot}}), ElementsAre("tg3", "broadcom"));
}

TEST_F(MachineParts, TheNamesThatUdevGaveAreKept) {
  for (const char* slot : {"02", "03", "04", "05"})
    fs::create_directories(root_ / ("devices/pci0/0000:00:" + std::string{slot} + ".0"));
  nic("ens2", "devices/pci0/0000:00:02.0", "52:54:00:00:00:01");
  nic("eth1", "devices/pci0/0000:00:03.0", "52:54:00:00:00:02");  // the kernel's own
  nic("ethernet", "devices/pci0/0000:00:04.0", "52:54:00:00:00:03");
  nic("ens2.42", "", "52:54:00:00:00:01");  // no hardware
  nic("ib0", "devices/pci0/0000:00:05.0", "80:00:02:08:fe:80:00:00:00:00");
  EXPECT_EQ(nic_names(root_), "52:54:00:00:00:01 ens2\n52:54:00:00:00:03 ethernet\n");
  EXPECT_EQ(nic_names(root_ / "none"), "");
}

TEST_F(MachineParts, RootIsWhereItWasMountedLast) {
  RootPlace place;
  EXPECT_TRUE(find_root_place(root_,
                              "rootfs / rootfs rw 0 0\nproc /proc proc rw 0 0\n"
                              "/dev/nosuch2 / xfs rw 0 0\n/dev/nosuch3 /home ext4 rw 0 0\n",
                              place));
  EXPECT_EQ(place.device, "/dev/nosuch2");
  EXPECT_EQ(place.type, "xfs");
}

TEST_F(MachineParts, WhatMustBeAssembledIsRefusedByName) {
  block("nosuch-root", "dm");
  block("nosuch9", "md");
  RootPlace place;
  const auto mapper = find_root_place(root_, "/dev/mapper/nosuch-root / ext4 rw 0 0\n", place);
  ASSERT_FALSE(mapper);
  EXPECT_THAT(mapper.error().message, HasSubstr("LUKS, LVM or multipath"));
  EXPECT_THAT(mapper.error().next_step, HasSubstr("the distribution's initramfs"));
  const auto raid = find_root_place(root_, "/dev/nosuch9 / ext4 rw 0 0\n", place);
  ASSERT_FALSE(raid);
  EXPECT_THAT(raid.error().message, HasSubstr("(md)"));
  const auto none = find_root_place(root_, "overlay / overlay rw 0 0\n", place);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no disk"));
}

}  // namespace
}  // namespace isboot::app::test
