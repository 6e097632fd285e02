#include "app/boot/leave_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace isboot::app {
namespace {

class LeaveNetwork : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_NE(mkdtemp(run_), nullptr); }
  void TearDown() override { std::filesystem::remove_all(run_); }
  // Whether isboot writes a file of its own in the place of that.
  bool replaces(const std::string& there) {
    std::ofstream{std::string{run_} + "/net-eth0.conf"} << there;
    linux_platform::BootNic nic;
    nic.link = nic.nic = {"eth0", 2};
    nic.address = IpAddress::v4(10, 0, 2, 15);
    nic.prefix = 24;
    const auto files = files_to_leave(nic, run_);
    return std::any_of(files.begin(), files.end(),
                       [](const auto& file) { return file.path == "net-eth0.conf"; });
  }

  char run_[32] = "/tmp/isboot-run-XXXXXX";
};

TEST_F(LeaveNetwork, KeepsWhatTheDhcpClientHasLeftOfTheSameAddress) {
  EXPECT_FALSE(
      replaces("DEVICE='eth0'\nIPV4ADDR='10.0.2.15'\nDNSDOMAIN='example.org'\n"
               "ROOTPATH='iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk'\n"));
  EXPECT_TRUE(replaces("DEVICE='eth0'\nIPV4ADDR='10.0.2.99'\n"));
  EXPECT_TRUE(replaces(""));
}

// On the loopback link, whose name and number every machine has; the rest is from a folder.
class LeavesTheNetwork : public LeaveNetwork {
protected:
  LeavesTheNetwork() {
    path_.nic_index = 0;
    path_.link.address = IpAddress::v4(192, 0, 2, 5);
    path_.link.prefix = 24;
    path_.origin = ibft::Origin::Dhcp;
    (void)table_.nics.push({});
  }
  void write(const std::string& file, const std::string& text) const {
    const std::filesystem::path whole = std::filesystem::path{run_} / file;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream{whole} << text;
  }
  std::string written(const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream{std::filesystem::path{run_} / file}.rdbuf();
    return text.str();
  }
  Result<Done> leave() {
    const std::string run = run_;
    LeavePlaces places{run + "/run", {}};
    places.machine.interfaces = run + "/net";
    places.machine.klibc = places.machine.dhclient = places.machine.networkd = run + "/leases";
    return leave_network(table_, path_, LinkId{1}, places);
  }

  ibft::Table table_;
  boot::Path path_;
};

TEST_F(LeavesTheNetwork, WithTheLinkItsMacAndTheLeasesRootPath) {
  write("net/lo/iflink", "1\n");
  write("net/lo/address", "02:00:00:00:00:07\n");
  write("leases/net-lo.conf",
        "DEVICE='lo'\nIPV4ADDR='192.0.2.5'\nROOTPATH='iscsi:192.0.2.1::::iqn.x'\n");
  const auto left = leave();
  ASSERT_TRUE(left) << left.error().text;
  EXPECT_EQ(written("run/initramfs/open-iscsi.interface"), "lo\n");
  EXPECT_NE(written("run/net-lo.conf").find("ROOTPATH='iscsi:192.0.2.1::::iqn.x'"),
            std::string::npos)
      << written("run/net-lo.conf");
  const std::string network = written("run/systemd/network/05-isboot-lo.network");
  EXPECT_NE(network.find("MACAddress=02:00:00:00:00:07"), std::string::npos) << network;
}

TEST_F(LeavesTheNetwork, NotWithoutAMac) {
  write("net/lo/iflink", "1\n");
  const auto left = leave();
  ASSERT_FALSE(left);
  EXPECT_STREQ(left.error().text, "the boot NIC has no MAC address");
}

TEST_F(LeavesTheNetwork, NotOfALinkThatHasGone) {
  write("net/lo/iflink", "4000000\n");
  write("net/lo/address", "02:00:00:00:00:07\n");
  const auto left = leave();
  ASSERT_FALSE(left);
  EXPECT_STREQ(left.error().text, "the NIC below the boot VLAN has no name");
}

}  // namespace
}  // namespace isboot::app
