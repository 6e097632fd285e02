#include <thread>

#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/system_error.h"
#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class Configure : public NetworkTest {
protected:
  Result<LinkId> configure(const LinkConfig& wanted, Millis limit = 3000) {
    const auto link = network.find_link(mac(kMac), in(2000));
    if (!link) return link.error();
    return bring_up(*link, wanted, in(limit));
  }
  std::string addresses() { return machine->output("ip addr show dev eth0"); }
  std::string route_to(const std::string& host) {
    return machine->output("ip route get " + host + " 2>&1; true");
  }
};

TEST_F(Configure, BringsAStaticIpv4AddressUp) {
  plug_in();
  far_side_up();
  const auto link = configure(config("10.0.2.15", 24, "", "10.0.2.2"));
  ASSERT_TRUE(link) << log_text();
  EXPECT_THAT(addresses(), HasSubstr("inet 10.0.2.15/24"));
  EXPECT_TRUE(log.says("eth0 up, 10.0.2.15/24")) << log_text();
  EXPECT_TRUE(machine->reaches(ip("10.0.2.2"), *outside));
}

TEST_F(Configure, KeepsRootReachableWhenALaterDefaultRouteComes) {
  plug_in();
  far_side_up();
  ASSERT_TRUE(configure(config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7"))) << log_text();
  EXPECT_THAT(route_to("192.0.2.7"), HasSubstr("via 10.0.2.2 dev eth0"));
  plug_in("eth1", "52:54:00:00:00:09", "far1");
  machine->run("ip link set eth1 up; ip addr add 172.16.0.5/24 dev eth1");
  machine->run("ip route add default via 172.16.0.1 dev eth1");
  EXPECT_THAT(route_to("192.0.2.7"), HasSubstr("via 10.0.2.2 dev eth0"));
  EXPECT_THAT(route_to("198.51.100.1"), HasSubstr("dev eth1"));
}

TEST_F(Configure, ReachesATargetBehindARouter) {
  plug_in();
  far_side_up();
  outside->run("ip addr add 192.0.2.7/32 dev lo");
  ASSERT_TRUE(configure(config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7"))) << log_text();
  EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
}

// As Oracle's cloud has it: IPv4's link-local network is no network of the link's then.
TEST_F(Configure, ReachesATargetAtALinkLocalIpv4AddressBehindARouter) {
  plug_in();
  far_side_up();
  outside->run("ip addr add 169.254.0.2/32 dev lo");
  ASSERT_TRUE(configure(config("10.0.2.15", 24, "10.0.2.2", "169.254.0.2"))) << log_text();
  EXPECT_THAT(route_to("169.254.0.2"), HasSubstr("via 10.0.2.2 dev eth0"));
  EXPECT_TRUE(machine->reaches(ip("169.254.0.2"), *outside));
}

TEST_F(Configure, ReachesAGatewayThatIsOffTheLink) {
  plug_in();
  outside->run("ip link set far up; ip addr add 172.16.0.1/32 dev far");
  outside->run("ip route add 10.0.2.15/32 dev far; ip addr add 192.0.2.7/32 dev lo");
  ASSERT_TRUE(configure(config("10.0.2.15", 32, "172.16.0.1", "192.0.2.7"))) << log_text();
  EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
}

// The NIC is as it should be; who connects is told why it leads nowhere, before its limit.
TEST_F(Configure, LeavesAnUnreachableGatewayToTheConnection) {
  plug_in();
  far_side_up();
  const auto link = configure(config("10.0.2.15", 24, "10.0.2.9", "192.0.2.7"));
  ASSERT_TRUE(link) << log_text();
  linux_platform::TcpStream stream{clock};
  const auto connected = stream.connect({ip("192.0.2.7"), 3260}, Via{link->index}, in(30'000));
  ASSERT_FALSE(connected);
  // Once, on a busy machine, the kernel had no reason to tell.
  EXPECT_THAT(errno_of(connected.error().code), AnyOf(EHOSTUNREACH, ENOTCONN));
}

TEST_F(Configure, IsHarmlessTheSecondTime) {
  plug_in();
  far_side_up();
  const LinkConfig wanted = config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7");
  ASSERT_TRUE(configure(wanted)) << log_text();
  const std::string before = machine->output("ip -4 -o addr; ip route");
  ASSERT_TRUE(configure(wanted)) << log_text();
  EXPECT_EQ(machine->output("ip -4 -o addr; ip route"), before);
}

TEST_F(Configure, WaitsForTheCarrier) {
  plug_in();
  const Millis start = clock.now();
  std::thread switch_port{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    far_side_up();
  }};
  const auto link = configure(config("10.0.2.15", 24, "", "10.0.2.2"), 5000);
  switch_port.join();
  ASSERT_TRUE(link) << log_text();
  EXPECT_GE(clock.now(), start + 300);
  EXPECT_LT(clock.now(), start + 2000);
  EXPECT_TRUE(machine->reaches(ip("10.0.2.2"), *outside));
}

TEST_F(Configure, HasSetEverythingBeforeTheCarrierComes) {
  plug_in();
  const auto nic = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(nic) << log_text();
  ASSERT_TRUE(network.configure(*nic, config("10.0.2.15", 24, "", "10.0.2.2"), in(2000)))
      << log_text();
  EXPECT_THAT(addresses(), HasSubstr("inet 10.0.2.15/24"));
  EXPECT_FALSE(log.says("eth0 up"));
  far_side_up();
  ASSERT_TRUE(network.wait_ready(in(5000))) << log_text();
  EXPECT_TRUE(log.says("eth0 up, 10.0.2.15/24")) << log_text();
}

TEST_F(Configure, SeesACarrierWhoseEventAnotherQuestionHasTaken) {
  plug_in();
  const auto nic = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(nic) << log_text();
  ASSERT_TRUE(network.configure(*nic, config("fd00::15", 64, "", "fd00::2"), in(2000)))
      << log_text();
  far_side_up();
  machine->run("until grep -qx up /sys/class/net/eth0/operstate; do sleep 0.05; done");
  ASSERT_TRUE(network.find_link(mac(kMac), in(2000)));  // reads all that has come until now
  EXPECT_TRUE(network.wait_ready(in(5000))) << log_text();
}

TEST_F(Configure, SaysWhenThereIsNoCarrier) {
  plug_in();
  const Millis start = clock.now();
  const auto link = configure(config("10.0.2.15", 24, "", "10.0.2.2"), 200);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, Errc::TimedOut);
  EXPECT_LT(clock.now(), start + 1500);
  EXPECT_TRUE(log.says("eth0: no carrier")) << log_text();
}

TEST_F(Configure, EndsWhenTheNicIsTakenOutMeanwhile) {
  plug_in();
  std::thread hand{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    machine->run("ip link del eth0");
  }};
  const auto link = configure(config("10.0.2.15", 24, "", "10.0.2.2"), 5000);
  hand.join();
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, Errc::NotFound);
}

TEST_F(Configure, NamesNicStepAndTheKernelsReason) {
  plug_in();
  far_side_up();
  LinkConfig wanted = config("10.0.2.15", 24, "", "10.0.2.2");
  wanted.mtu = 20;  // below what Ethernet may have
  const auto link = configure(wanted);
  ASSERT_FALSE(link);
  EXPECT_EQ(errno_of(link.error().code), EINVAL);
  EXPECT_TRUE(log.says("eth0: MTU 20: Invalid argument (mtu less than device minimum)"))
      << log_text();
}

TEST_F(Configure, SaysThatALinkIsGone) {
  const auto link = bring_up(LinkId{4711}, config("10.0.2.15", 24, "", "10.0.2.2"), in(500));
  ASSERT_FALSE(link);
  EXPECT_EQ(errno_of(link.error().code), ENODEV);
}

TEST_F(Configure, SetsTheMtu) {
  plug_in();
  far_side_up();
  outside->run("ip link set far mtu 9000");
  LinkConfig wanted = config("10.0.2.15", 24, "", "10.0.2.2");
  wanted.mtu = 9000;
  ASSERT_TRUE(configure(wanted)) << log_text();
  EXPECT_THAT(addresses(), HasSubstr("mtu 9000"));
}

TEST_F(Configure, UsesAnIpv6AddressAtOnce) {
  plug_in();
  far_side_up();
  const Millis start = clock.now();
  ASSERT_TRUE(configure(config("fd00::15", 64, "", "fd00::2"))) << log_text();
  EXPECT_LT(clock.now(), start + 900) << "duplicate address detection takes a second";
  EXPECT_THAT(machine->output("ip -6 addr show dev eth0 scope global"),
              ::testing::Not(HasSubstr("tentative")));
  EXPECT_TRUE(machine->reaches(ip("fd00::2"), *outside));
}

TEST_F(Configure, ReachesAnIpv6TargetBehindALinkLocalGateway) {
  plug_in();
  far_side_up();
  outside->run("ip addr add fe80::1/64 nodad dev far; ip addr add 2001:db8::7/128 dev lo");
  ASSERT_TRUE(configure(config("fd00::15", 64, "fe80::1", "2001:db8::7"))) << log_text();
  EXPECT_TRUE(machine->reaches(ip("2001:db8::7"), *outside));
}

TEST_F(Configure, ReachesALinkLocalTargetFromItsOwnLinkLocalAddressAtOnce) {
  plug_in();
  far_side_up();
  outside->run("ip addr add fe80::2/64 nodad dev far");
  const auto link = configure(config("fd00::15", 64, "", "fe80::2"));
  ASSERT_TRUE(link) << log_text();
  EXPECT_THAT(machine->output("ip -6 addr show dev eth0 scope link"),
              ::testing::AllOf(HasSubstr("fe80::5054:ff:fe00:1/64"),
                               ::testing::Not(HasSubstr("tentative"))));
  EXPECT_TRUE(machine->reaches(ip("fe80::2"), *outside, link->index));
}

TEST_F(Configure, SaysWhichAddressTheKernelRefuses) {
  plug_in();
  far_side_up();
  machine->run("echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6");
  ASSERT_FALSE(configure(config("fd00::15", 64, "", "fd00::2")));
  EXPECT_TRUE(log.says("eth0: address fd00::15/64: Permission denied")) << log_text();
}

TEST_F(Configure, KeepsTheRoutesOfTwoNicsWithOneGateway) {
  plug_in("eth0", kMac, "far0");
  plug_in("eth1", "52:54:00:00:00:02", "far1");
  far_side_up("far0");
  outside->run("ip link set far1 up");
  ASSERT_TRUE(configure(config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7"))) << log_text();
  const auto second = network.find_link(mac("52:54:00:00:00:02"), in(1000));
  ASSERT_TRUE(second);
  ASSERT_TRUE(bring_up(*second, config("10.0.2.16", 24, "10.0.2.2", "192.0.2.7"), in(2000)))
      << log_text();
  const std::string routes = machine->output("ip route");
  EXPECT_THAT(routes, HasSubstr("default via 10.0.2.2 dev eth0"));
  EXPECT_THAT(routes, HasSubstr("default via 10.0.2.2 dev eth1"));
  EXPECT_THAT(routes, HasSubstr("192.0.2.7 via 10.0.2.2 dev eth0"));
  EXPECT_THAT(routes, HasSubstr("192.0.2.7 via 10.0.2.2 dev eth1"));
}

TEST_F(Configure, SaysWhatThePlanRefuses) {
  plug_in();
  const auto link = configure(config("10.0.2.15", 24, "", "fd00::2"));
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, Errc::BadValue);
  EXPECT_TRUE(log.says("NIC and target have addresses of two families")) << log_text();
}

TEST_F(Configure, TakesFewMillisecondsBesideTheLink) {
  plug_in();
  far_side_up();
  const Millis start = clock.now();
  ASSERT_TRUE(configure(config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7"))) << log_text();
  const Millis taken = clock.now() - start;
  RecordProperty("milliseconds", static_cast<int>(taken));
  EXPECT_LE(taken, 50U);  // the budget is 10; a busy machine gets some room
}

}  // namespace
}  // namespace isboot::netns
