#include "platform/linux/net/link/nic_mender.h"

#include <sys/wait.h>
#include <unistd.h>

#include "platform/linux/keeper/syscall_filter.h"
#include "platform/linux/system_error.h"
#include "testing/leave.h"
#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr bool kReachable = false;
constexpr bool kUnreachable = true;

// A machine whose NIC is set up for a target behind a router, before anything happens to it.
class NicMender : public NetworkTest {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
    far_side_up();
    outside->run("ip addr add 192.0.2.7/32 dev lo");
    setup_.nic = WantedLink{mac(kMac)};
    setup_.config = config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7");
    const auto link = network.find_link(setup_.nic, in(2000));
    ASSERT_TRUE(link) << log_text();
    ASSERT_TRUE(bring_up(*link, setup_.config, in(3000))) << log_text();
    link_ = *link;
  }

  Result<LinkId> mend(bool unreachable) {
    const auto mended = mender_.mend(setup_, link_, unreachable);
    if (!mended) return mended.error();
    by_ = mended->by;
    return mended->link;
  }
  bool target_answers() { return machine->reaches(ip("192.0.2.7"), *outside); }
  LinkId number_of(const std::string& name) {
    const std::string number = machine->output("cat /sys/class/net/" + name + "/ifindex");
    return {static_cast<std::uint32_t>(std::stoul(number))};
  }
  bool mended() const { return log.says("eth0 set up again"); }
  std::ptrdiff_t steps() const {
    return std::count(log.levels.begin(), log.levels.end(), LogLevel::Info);
  }

  NicSetup setup_;
  LinkId link_;
  LinkId by_;
  linux_platform::NicMender mender_{clock, log};
};

TEST_F(NicMender, LeavesANicAloneThatHasAll) {
  const std::string before = machine->output("ip -4 -o addr; ip route");
  ASSERT_EQ(*mend(kReachable), link_);
  EXPECT_FALSE(mended());
  EXPECT_EQ(machine->output("ip -4 -o addr; ip route"), before);
}

TEST_F(NicMender, BringsUpALinkThatWasTakenDown) {
  machine->run("ip link set eth0 down");
  ASSERT_EQ(*mend(kReachable), link_);
  EXPECT_TRUE(mended());
  EXPECT_TRUE(target_answers());
}

TEST_F(NicMender, MakesRoutesAgainThatWentWithTheLink) {
  machine->run("ip link set eth0 down; ip link set eth0 up");  // the address stays
  EXPECT_EQ(*mend(kReachable), link_);
  EXPECT_FALSE(mended());  // not before a connect() failed: routes may have been changed on purpose
  EXPECT_EQ(*mend(kUnreachable), link_);
  EXPECT_TRUE(target_answers());
}

// As at each try while the target is away: the log of a boot would soon be full of it.
TEST_F(NicMender, SaysNothingOfANicThatHasAll) {
  const std::ptrdiff_t before = steps();
  ASSERT_EQ(*mend(kUnreachable), link_);
  EXPECT_EQ(steps(), before);
  machine->run("ip link set eth0 down");
  ASSERT_EQ(*mend(kUnreachable), link_);
  EXPECT_EQ(steps(), before + 1);
}

TEST_F(NicMender, GivesTheNicItsAddressBack) {
  machine->run("ip addr flush dev eth0");
  ASSERT_EQ(*mend(kReachable), link_);
  EXPECT_TRUE(target_answers());
}

TEST_F(NicMender, LeavesANicAloneThatWasGivenAnotherAddress) {
  machine->run("ip addr flush dev eth0; ip addr add 10.0.2.99/24 dev eth0");
  ASSERT_EQ(*mend(kUnreachable), link_);
  EXPECT_FALSE(mended());
  EXPECT_THAT(machine->output("ip addr"), Not(HasSubstr("10.0.2.15")));
}

TEST_F(NicMender, FindsTheNicThatCameBackWithAnotherNumber) {
  machine->run("ip link del eth0");
  const auto missing = mend(kUnreachable);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::NotFound);
  EXPECT_FALSE(log.says("there are"));  // each try would say it
  plug_in("wan0");
  far_side_up();
  const auto link = mend(kUnreachable);
  ASSERT_TRUE(link);
  EXPECT_NE(*link, link_);
  EXPECT_TRUE(target_answers());
}

// As when a driver is loaded again under a network manager.
TEST_F(NicMender, LeavesANicAloneThatCameBackAndWasGivenAnotherAddress) {
  machine->run("ip link del eth0");
  plug_in("wan0");
  far_side_up();
  machine->run("ip link set wan0 up; ip addr add 10.0.2.99/24 dev wan0");
  const auto link = mend(kUnreachable);
  ASSERT_TRUE(link);
  EXPECT_NE(*link, link_);
  EXPECT_FALSE(log.says("set up again"));
  EXPECT_THAT(machine->output("ip addr"), Not(HasSubstr("10.0.2.15")));
}

// The number that the NIC had is another link's, and a bridge that has its MAC comes before it in
// the kernel's list.
TEST_F(NicMender, TakesTheBestLinkNotTheFirst) {
  machine->run("ip link del eth0");
  const std::string old = std::to_string(link_.index);
  const std::string next = std::to_string(link_.index + 1);
  machine->run("ip link add br0 index " + next + " address " + std::string{kMac} + " type bridge");
  machine->run("ip link add other index " + old + " type veth peer name far_other");
  machine->run("ip link set br0 up; ip link set other up; ip addr add 10.7.7.7/24 dev other");
  plug_in();
  far_side_up();
  machine->run("ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0");
  const LinkId now = number_of("eth0");
  ASSERT_EQ(*mend(kUnreachable), now) << log_text();
  link_ = now;
  ASSERT_EQ(*mend(kUnreachable), now) << log_text();
  EXPECT_THAT(machine->output("ip addr show dev br0; ip addr show dev other"),
              Not(HasSubstr("10.0.2.15")));
  EXPECT_THAT(machine->output("ip route show dev other"), Not(HasSubstr("192.0.2.7")));
  EXPECT_TRUE(target_answers());
}

// As a network manager does it: what comes in by a port is the bridge's.
TEST_F(NicMender, LeavesToABridgeWhatWasMovedThere) {
  machine->run("ip link add br0 type bridge; ip link set br0 up; ip link set eth0 master br0");
  machine->run("ip addr flush dev eth0; ip addr add 10.0.2.15/24 dev br0");
  machine->run("ip route add default via 10.0.2.2");
  ASSERT_EQ(*mend(kUnreachable), link_) << log_text();
  EXPECT_EQ(by_, number_of("br0"));
  machine->run("ip link set eth0 down");
  ASSERT_EQ(*mend(kUnreachable), link_) << log_text();
  EXPECT_EQ(by_, number_of("br0"));
  EXPECT_THAT(machine->output("ip addr show dev eth0"), Not(HasSubstr("10.0.2.15")));
  EXPECT_THAT(machine->output("ip link show dev eth0"), HasSubstr("state UP"));
  EXPECT_THAT(machine->output("ip route"), Not(HasSubstr("eth0")));
}

// Linux gives a NIC another name, and its own to another one, as often as udev asks for it.
TEST_F(NicMender, KnowsItsNicAfterNamesWereChanged) {
  setup_.nic = {};
  ASSERT_TRUE(setup_.nic.name.assign("eth0"));
  machine->run("ip link set eth0 down; ip link set eth0 name wan0");
  machine->run("ip link add eth0 type veth peer name far_other");
  ASSERT_EQ(*mend(kUnreachable), link_) << log_text();
  EXPECT_THAT(machine->output("ip addr show dev eth0"), Not(HasSubstr("10.0.2.15")));
  EXPECT_TRUE(target_answers());
}

// All that the keeper does for a NIC, with no other system calls than the keeper has.
TEST_F(NicMender, MendsBehindTheKeepersFilter) {
  outside->run("ip addr add fe80::1/64 nodad dev far; ip addr add 2001:db8::7/128 dev lo");
  machine->run("ip link del eth0");
  plug_in_with_macvlan();
  far_side_up("far0");
  outside->run("ip addr add fe80::1/64 nodad dev far0");
  setup_.config = config("fd00::15", 64, "fe80::1", "2001:db8::7");
  setup_.config.advertised = true;
  machine->run("cd /proc/sys/net/ipv6/conf/eth0; echo 2 > accept_dad; echo 1 > disable_ipv6");
  setup_.nic.pci = 0x10;  // two links have the MAC: a look into sysfs
  const pid_t child = fork();
  if (child == 0) {
    constexpr int kNoFilter = 1;
    constexpr int kNotMended = 2;
    const bool filtered = linux_platform::refuse_other_system_calls().ok();
    const int status = !filtered ? kNoFilter : mend(kUnreachable) ? 0 : kNotMended;
    testing::leave(status);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(machine->output("cat /proc/sys/net/ipv6/conf/eth0/accept_ra"), "2\n");
  EXPECT_TRUE(machine->reaches(ip("2001:db8::7"), *outside));
}

class NicMenderWithVlan : public NicMender {
protected:
  void SetUp() override {
    NicMender::SetUp();
    if (IsSkipped()) return;
    if (!kernel_has_vlans()) GTEST_SKIP() << "needs another kernel: module 8021q";
    setup_.config = config("10.0.42.15", 24, "", "10.0.42.2");
    setup_.config.vlan = 42;
    const auto made = bring_up(link_, setup_.config, in(3000));
    ASSERT_TRUE(made) << log_text();
    link_ = *made;
  }
};

TEST_F(NicMenderWithVlan, MakesTheVlanAgain) {
  machine->run("ip link del eth0.42");
  const auto link = mend(kReachable);
  ASSERT_TRUE(link) << log_text();
  EXPECT_THAT(machine->output("ip addr show dev eth0.42"), HasSubstr("10.0.42.15/24"));
}

}  // namespace
}  // namespace isboot::netns
