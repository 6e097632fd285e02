#include <thread>

#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using FindLink = NetworkTest;

TEST_F(FindLink, FindsTheMacAmongOthers) {
  plug_in("eth0", "52:54:00:00:00:07", "far0");
  plug_in("eth1", kMac, "far1");
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  EXPECT_EQ(std::stoul(machine->output("cat /sys/class/net/eth1/ifindex")), link->index);
}

TEST_F(FindLink, WaitsForADriverThatProbesLate) {
  plug_in("eth0", "52:54:00:00:00:07", "far0");
  const Millis start = clock.now();
  std::thread driver{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    plug_in("eth1", kMac, "far1");
  }};
  const auto link = network.find_link(mac(kMac), in(5000));
  driver.join();
  ASSERT_TRUE(link) << log_text();
  EXPECT_GE(clock.now(), start + 300);
  EXPECT_LT(clock.now(), start + 2000);
  EXPECT_TRUE(log.says("waiting for NIC 52:54:00:00:00:01; there are:")) << log_text();
  EXPECT_TRUE(log.says("eth0 52:54:00:00:00:07, down")) << log_text();
}

TEST_F(FindLink, FindsALinkThatGetsItsMacLate) {
  plug_in("eth0", "52:54:00:00:00:07");
  std::thread driver{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    machine->run("ip link set eth0 address 52:54:00:00:00:01");
  }};
  EXPECT_TRUE(network.find_link(mac(kMac), in(5000))) << log_text();
  driver.join();
}

TEST_F(FindLink, ListsTheNicsThereAreWhenNoneFits) {
  plug_in("eth0", "52:54:00:00:00:07", "far0");
  plug_in("eth1", "52:54:00:00:00:08", "far1");
  machine->run("ip link set eth1 up");
  const Millis start = clock.now();
  const auto link = network.find_link(mac(kMac), in(200));
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, Errc::NotFound);
  EXPECT_LT(clock.now(), start + 1000);
  EXPECT_TRUE(log.says("no NIC is 52:54:00:00:00:01; there are:")) << log_text();
  EXPECT_TRUE(log.says("eth0 52:54:00:00:00:07, down")) << log_text();
  EXPECT_TRUE(log.says("eth1 52:54:00:00:00:08, no carrier")) << log_text();
}

TEST_F(FindLink, ForgetsALinkThatWasTakenOut) {
  plug_in("eth0", "52:54:00:00:00:07");
  std::thread hand{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    machine->run("ip link del eth0");
  }};
  EXPECT_FALSE(network.find_link(mac(kMac), in(1000)));
  hand.join();
  EXPECT_EQ(log.lines.back(), "no NIC is 52:54:00:00:00:01; there are:") << log_text();
}

TEST_F(FindLink, PrefersTheNicToAMacvlanWithItsMac) {
  plug_in_with_macvlan();
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  EXPECT_EQ(std::stoul(machine->output("cat /sys/class/net/eth0/ifindex")), link->index);
}

TEST_F(FindLink, PrefersTheNicToABridgeThatTookItsMac) {
  machine->run("ip link add br0 type bridge");  // has the lower number
  plug_in();
  machine->run("ip link set eth0 master br0");
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  EXPECT_EQ(std::stoul(machine->output("cat /sys/class/net/eth0/ifindex")), link->index);
}

TEST_F(FindLink, WarnsOfANicThatIsAPort) {
  machine->run("ip link add br0 type bridge");
  plug_in();
  machine->run("ip link set eth0 master br0");
  ASSERT_TRUE(network.find_link(mac(kMac), in(2000))) << log_text();
  EXPECT_TRUE(log.says("eth0 is a port of br0; next: isboot.nic=br0")) << log_text();
}

TEST_F(FindLink, ObeysAName) {
  plug_in("eth0", kMac, "far0");
  plug_in("eth1", "52:54:00:00:00:07", "far1");
  WantedLink wanted{mac(kMac)};
  ASSERT_TRUE(wanted.name.assign("eth1"));
  const auto link = network.find_link(wanted, in(2000));
  ASSERT_TRUE(link) << log_text();
  EXPECT_EQ(std::stoul(machine->output("cat /sys/class/net/eth1/ifindex")), link->index);
}

TEST_F(FindLink, SeesMoreLinksThanItKeeps) {
  plug_in("nic", "52:54:00:00:00:07", "far");
  for (int i = 0; i < 40; ++i)
    machine->run("ip link add a" + std::to_string(i) + " type veth peer name b" +
                 std::to_string(i));
  machine->run("ip link set nic address 52:54:00:00:00:01");
  plug_in("late", "52:54:00:00:00:99", "far1");
  EXPECT_TRUE(network.find_link(mac(kMac), in(2000)));
  EXPECT_TRUE(network.find_link(mac("52:54:00:00:00:99"), in(2000)));
}

}  // namespace
}  // namespace isboot::netns
