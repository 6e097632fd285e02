// What an IPv6 router advertises, taken by the real kernel, from a router of the test's own.
#include "tests/netns/network_test.h"
#include "tests/netns/router.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;

// machine eth0 -- far (outside, the router), behind it the target 2001:db8::7. The router
// advertises fd00:1::/64.
class Advertisements : public NetworkTest {
protected:
  static constexpr Text kOwn = "fd00:1::5054:ff:fe00:1";  // of kMac, RFC 4291 appendix A

  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
    far_side_up();
    outside->run("echo 0 > /proc/sys/net/ipv6/conf/far/accept_dad");
    outside->run("ip addr add fe80::1/64 nodad dev far; ip addr add fd00:1::1/64 nodad dev far");
    outside->run("ip addr add 2001:db8::7/128 dev lo");
  }
  Result<LinkId> configure(Text address, Text gateway, Text target, Millis limit = 10'000) {
    LinkConfig wanted = config(address, address.empty() ? 0 : 64, gateway, target);
    wanted.advertised = true;
    const auto link = network.find_link(mac(kMac), in(2000));
    if (!link) return link.error();
    return bring_up(*link, wanted, in(limit));
  }
  std::string addresses() { return machine->output("ip -6 addr show dev eth0"); }
  std::string routes() { return machine->output("ip -6 route show dev eth0"); }
};

TEST_F(Advertisements, GiveTheAddressThatTheTableLacks) {
  const Router router{*outside, "far", {.prefix = "fd00:1::"}};
  ASSERT_TRUE(configure("", "", "2001:db8::7")) << log_text();
  EXPECT_THAT(addresses(), HasSubstr(std::string{kOwn} + "/64 scope global dynamic"));
  EXPECT_THAT(routes(), HasSubstr("2001:db8::7 via fe80::"));
  EXPECT_TRUE(log.says("eth0: advertised, from fd00:1::5054:ff:fe00:1, route to 2001:db8::7/128"))
      << log_text();
  EXPECT_TRUE(machine->reaches(ip("2001:db8::7"), *outside));
  EXPECT_GE(router.asked(), 1);
}

TEST_F(Advertisements, GiveTheAddressForATargetOnTheLink) {
  const Router router{*outside, "far", {.lifetime = 0, .prefix = "fd00:1::"}};
  ASSERT_TRUE(configure("", "", "fd00:1::1")) << log_text();
  EXPECT_THAT(routes(), HasSubstr("fd00:1::1 src fd00:1::5054:ff:fe00:1"));
  EXPECT_TRUE(machine->reaches(ip("fd00:1::1"), *outside));
}

TEST_F(Advertisements, GiveTheRouteThatTheTableLacks) {
  const Router router{*outside, "far", {}};
  ASSERT_TRUE(configure("fd00::15", "", "2001:db8::7")) << log_text();
  EXPECT_THAT(routes(), HasSubstr("2001:db8::7 via fe80::"));
  EXPECT_TRUE(machine->reaches(ip("2001:db8::7"), *outside));
}

TEST_F(Advertisements, AreHeededByAMachineThatForwardsToo) {
  machine->run("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
  const Router router{*outside, "far", {.prefix = "fd00:1::"}};
  ASSERT_TRUE(configure("", "", "2001:db8::7")) << log_text();
}

TEST_F(Advertisements, AreNotWaitedForWhenTheTableNamesEverything) {
  ASSERT_TRUE(configure("fd00::15", "fe80::1", "2001:db8::7", 3000)) << log_text();
  EXPECT_TRUE(machine->reaches(ip("2001:db8::7"), *outside));
  EXPECT_EQ(machine->output("cat /proc/sys/net/ipv6/conf/eth0/accept_ra"), "2\n");
}

TEST_F(Advertisements, AreWaitedForUntilTheLimit) {
  const auto link = configure("", "", "2001:db8::7", 300);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, Errc::TimedOut);
  EXPECT_TRUE(log.says("eth0: no IPv6 router has advertised an address; next: ")) << log_text();
}

TEST_F(Advertisements, ThatLackTheRouteAreNotEnough) {
  const Router router{*outside, "far", {.lifetime = 0, .prefix = "fd00:1::"}};
  constexpr Text kSaid = "eth0: no IPv6 router has advertised a way to 2001:db8::7; next: ";
  // The address takes a second or two, on a busy host longer: until then it is what is missed.
  for (int attempt = 0; attempt < 5 && !log.says(kSaid); ++attempt)
    ASSERT_FALSE(configure("", "", "2001:db8::7", 4000));
  EXPECT_TRUE(log.says(kSaid)) << log_text();
}

}  // namespace
}  // namespace isboot::netns
