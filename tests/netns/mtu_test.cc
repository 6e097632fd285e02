// isboot.mtu=: a jumbo MTU is kept only when the path to the target carries it.
#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;

class JumboFrames : public NetworkTest {
protected:
  // machine eth0 -- far (outside, a router) near -- end (target) 192.0.2.7, 2001:db8::7
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    target.emplace(Namespace::create());
    plug_in();
    far_side_up();
    outside->run("ip link set far mtu 9000");
    plug_in_behind_router(*target, "9000");
  }
  void configure(LinkConfig wanted) {
    wanted.mtu = 9000;
    const auto link = network.find_link(mac(kMac), in(2000));
    ASSERT_TRUE(link);
    ASSERT_TRUE(bring_up(*link, wanted, in(8000))) << log_text();
  }
  LinkConfig v4() { return config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7"); }
  LinkConfig v6() { return config("fd00::15", 64, "fd00::2", "2001:db8::7"); }
  std::string mtu() { return machine->output("cat /sys/class/net/eth0/mtu"); }

  std::optional<Namespace> target;
};

TEST_F(JumboFrames, AreUsedWhenThePathCarriesThem) {
  configure(v4());
  EXPECT_EQ(mtu(), "9000\n");
  EXPECT_TRUE(log.says("eth0: MTU 9000 proved with 192.0.2.7")) << log_text();
}

TEST_F(JumboFrames, AreUsedInIpv6Too) {
  configure(v6());
  EXPECT_EQ(mtu(), "9000\n");
  EXPECT_TRUE(log.says("eth0: MTU 9000 proved with 2001:db8::7")) << log_text();
}

TEST_F(JumboFrames, AreGivenUpWhenARouterBlocksThem) {
  outside->run("ip link set near mtu 1500");
  configure(v4());
  EXPECT_EQ(mtu(), "1500\n");
  EXPECT_TRUE(log.says("eth0: MTU 9000: such packets do not come back from 192.0.2.7; using 1500"))
      << log_text();
  EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *target));
}

TEST_F(JumboFrames, AreGivenUpWhenARouterBlocksThemInIpv6) {
  outside->run("ip link set near mtu 1500");
  configure(v6());
  EXPECT_EQ(mtu(), "1500\n");
  EXPECT_TRUE(log.says("such packets do not come back from 2001:db8::7")) << log_text();
}

TEST_F(JumboFrames, AreGivenUpWhenTheSwitchDropsThemInSilence) {
  // The far side of the cable takes no more than 1500 and says nothing.
  outside->run("ip link set far mtu 1500");
  configure(config("10.0.2.15", 24, "", "10.0.2.2"));
  EXPECT_EQ(mtu(), "1500\n");
  EXPECT_TRUE(log.says("such packets do not come back from 10.0.2.2")) << log_text();
}

TEST_F(JumboFrames, AreNotTrustedWhenTheTargetAnswersNoPing) {
  target->run("echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all");
  configure(v4());
  EXPECT_EQ(mtu(), "1500\n");
  EXPECT_TRUE(log.says("eth0: MTU 9000: not proved with 192.0.2.7, which answers no ping"))
      << log_text();
}

}  // namespace
}  // namespace isboot::netns
