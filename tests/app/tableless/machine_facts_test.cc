#include "app/tableless/machine_facts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

class MachineFacts : public ::testing::Test {
protected:
  MachineFacts() {
    paths_ = {root_ / "cmdline", root_ / "net", root_ / "uuid",  root_ / "credentials",
              root_ / "run",     root_ / "tmp", root_ / "leases"};
    fs::create_directories(root_);
  }
  ~MachineFacts() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& content) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << content;
  }
  void add_nic(const std::string& name, int index, const std::string& mac, int type = 1,
               bool is_hardware = true) {
    write("net/" + name + "/ifindex", std::to_string(index) + "\n");
    write("net/" + name + "/address", mac + "\n");
    write("net/" + name + "/type", std::to_string(type) + "\n");
    if (is_hardware) fs::create_directory(root_ / "net" / name / "device");
  }

  const fs::path root_ =
      fs::path{::testing::TempDir()} / ("isboot-facts-" + std::to_string(getpid()));
  TablelessPaths paths_;
};

constexpr const char* kMac = "52:54:00:00:00:02";

TEST_F(MachineFacts, LeasesAreThoseOfEveryClient) {
  add_nic("eth3", 3, kMac);
  write("run/net-eth1.conf", "IPV4ADDR='10.0.2.1'\nIPV4NETMASK='255.255.255.0'\n");
  write("tmp/dhclient.eth2.dhcpopts", "new_ip_address='10.0.2.2'\nnew_subnet_mask=255.255.0.0\n");
  write("leases/3", "ADDRESS=10.0.2.3\nNETMASK=255.255.255.0\n");
  const auto leases = read_leases(paths_);
  ASSERT_EQ(leases.size(), 3U);
  for (std::size_t i = 0; i < leases.size(); ++i) {
    EXPECT_EQ(leases[i].device.view(), "eth" + std::to_string(i + 1));
    EXPECT_EQ(leases[i].address, IpAddress::v4(10, 0, 2, static_cast<std::uint8_t>(i + 1)));
  }
}

TEST_F(MachineFacts, ALeaseIsOfTheDeviceThatItNamesItself) {
  write("run/net-renamed.conf", "DEVICE='eth1'\nIPV4ADDR='10.0.2.1'\n");
  const auto leases = read_leases(paths_);
  ASSERT_EQ(leases.size(), 1U);
  EXPECT_EQ(leases[0].device.view(), "eth1");
}

// networkd's file is called by a number; without such an interface nobody knows whose it is.
TEST_F(MachineFacts, ALeaseOfAnInterfaceThatIsGoneHasNoDevice) {
  write("leases/9", "ADDRESS=10.0.2.3\nNETMASK=255.255.255.0\n");
  const auto leases = read_leases(paths_);
  ASSERT_EQ(leases.size(), 1U);
  EXPECT_TRUE(leases[0].device.empty());
}

TEST_F(MachineFacts, LeasesAreNoneWithoutAnAddressOrUnderAnotherName) {
  EXPECT_TRUE(read_leases(paths_).empty());  // no such folders
  write("run/net-eth1.conf", "IPV4ADDR='0.0.0.0'\nIPV4NETMASK='255.255.255.0'\n");
  for (const char* other : {"run/net-.conf", "run/net.conf", "run/net-eth1.conf.tmp",
                            "run/.net-eth1.conf", "tmp/dhclient.eth1.leases"})
    write(other, "IPV4ADDR='10.0.2.1'\nnew_ip_address='10.0.2.1'\n");
  fs::create_directory(root_ / "run/net-folder.conf");
  write("run/net-huge.conf", "IPV4ADDR='10.0.2.1'\n" + std::string(70'000, '#'));
  EXPECT_TRUE(read_leases(paths_).empty());
}

TEST_F(MachineFacts, AnInterfaceHasItsMac) {
  add_nic("eth0", 2, kMac);
  EXPECT_EQ(mac_of("eth0", paths_), *parse_mac(kMac));
  EXPECT_EQ(mac_of("eth1", paths_), std::nullopt);
  add_nic("ib0", 3, "80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:10:9b", 32);
  EXPECT_EQ(mac_of("ib0", paths_), std::nullopt);
}

// The names sort behind the VLAN's and the bond's.
TEST_F(MachineFacts, OfSeveralWithOneMacItIsTheHardware) {
  EXPECT_EQ(interface_with(*parse_mac(kMac), paths_), std::nullopt);
  add_nic("bond0", 5, kMac, 1, false);
  add_nic("eth0.5", 6, kMac, 1, false);
  EXPECT_EQ(interface_with(*parse_mac(kMac), paths_), "bond0");
  add_nic("eth1", 3, kMac);
  EXPECT_EQ(interface_with(*parse_mac(kMac), paths_), "eth1");
  EXPECT_EQ(interface_with(*parse_mac("52:54:00:00:00:03"), paths_), std::nullopt);
}

TEST_F(MachineFacts, TheFirstNicIsTheEthernetHardwareOfTheLowestNumber) {
  EXPECT_TRUE(ethernet_nics(paths_).empty());
  add_nic("lo", 1, "00:00:00:00:00:00", 772);
  add_nic("ib0", 2, kMac, 32);
  add_nic("a-bridge", 3, kMac, 1, false);
  EXPECT_TRUE(ethernet_nics(paths_).empty());
  add_nic("eth0", 10, kMac);
  add_nic("eth1", 9, kMac);  // "10" sorts before "9"
  EXPECT_EQ(ethernet_nics(paths_).front(), "eth1");
}

TEST_F(MachineFacts, OfAFileTheFirstLineCounts) {
  write("uuid", "one\ntwo\n");
  EXPECT_EQ(first_line(root_ / "uuid"), "one");
  write("uuid", "no newline");
  EXPECT_EQ(first_line(root_ / "uuid"), "no newline");
  write("uuid", "");
  EXPECT_EQ(first_line(root_ / "uuid"), "");
  EXPECT_EQ(first_line(root_ / "none"), "");
}

}  // namespace
}  // namespace isboot::app
