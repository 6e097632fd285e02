#include "app/boot/leave_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

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

}  // namespace
}  // namespace isboot::app
