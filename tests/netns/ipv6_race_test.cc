// What the kernel does by itself when a link comes up, raced on purpose: its own link-local
// address, the search for duplicates, what routers advertise. None of it decides whether a
// machine boots, whichever plan it has.
#include "tests/netns/network_test.h"
#include "tests/netns/router.h"

namespace isboot::netns {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Plan {
  const char* name;
  Text address;
  Text gateway;
  Text target;
  bool advertised = false;
};

// fe80::5054:ff:fe00:1 and fd00:1::5054:ff:fe00:1 are what the kernel makes of kMac.
constexpr Plan kPlans[] = {
    {"GlobalToTheLink", "fd00::15", "", "fd00::2"},
    {"GlobalByALinkLocalGateway", "fd00::15", "fe80::1", "2001:db8::7"},
    {"TheAdvertisedAddressAsStatic", "fd00:1::5054:ff:fe00:1", "", "fd00:1::1"},
    {"LinkLocalAlone", "fe80::5054:ff:fe00:1", "", "fe80::1"},
    {"LinkLocalToAnotherNetwork", "fe80::5054:ff:fe00:1", "", "fec0::2"},
    {"LinkLocalOfAnotherKind", "fe80::15", "", "fec0::2"},
    {"NoAddressLinkLocalTarget", "", "", "fe80::1"},
    {"GlobalLinkLocalTarget", "fd00::15", "", "fe80::1"},
    {"AllAdvertised", "", "", "2001:db8::7", true},
    {"AdvertisedRouter", "fd00::15", "", "2001:db8::7", true},
    {"LinkLocalAdvertisedRouter", "fe80::5054:ff:fe00:1", "", "fd00:1::1", true},
};

struct Kernel {
  const char* name;
  const char* before;  // is done to eth0 first
  bool carrier_late = false;
  bool duplicate = false;  // another host has the kernel's link-local address at that time
};

constexpr const char* kUpUntilIpv6Ends =
    "echo 2 > $conf/accept_dad; echo 0 > $conf/router_solicitation_delay; ip link set eth0 up\n"
    "for i in $(seq 100); do grep -q 1 $conf/disable_ipv6 && break; sleep 0.1; done\n"
    "grep -q 1 $conf/disable_ipv6";

// dad_transmits: the kernel tries its addresses for longer than any test takes.
constexpr Kernel kKernels[] = {
    {"Fresh", ""},
    {"UpAlready", "ip link set eth0 up; sleep 0.1"},
    {"UpAndTrying", "echo 60 > $conf/dad_transmits; ip link set eth0 up; sleep 0.1"},
    {"TryingItsOwn", "echo 60 > $conf/dad_transmits"},
    {"CarrierLate", "echo 60 > $conf/dad_transmits; ip link set eth0 up", true},
    {"NoAddressOfItsOwn", "echo 1 > $conf/addr_gen_mode"},
    {"UpWithoutAddressOfItsOwn", "echo 1 > $conf/addr_gen_mode; ip link set eth0 up"},
    {"StablePrivacy", "echo fd00::1234 > $conf/stable_secret; ip link set eth0 up"},
    {"RandomAddress", "echo 3 > $conf/addr_gen_mode"},
    {"DuplicatesEndIpv6", kUpUntilIpv6Ends, false, true},
    {"DeafToRouters", "echo 0 > $conf/accept_ra; ip link set eth0 up"},
};

class Ipv6Race : public NetworkTest,
                 public ::testing::WithParamInterface<std::tuple<Plan, Kernel>> {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
    outside->run("echo 0 > /proc/sys/net/ipv6/conf/far/accept_dad");
    if (!kernel().carrier_late) far_up();
    if (kernel().duplicate) outside->run("ip addr add fe80::5054:ff:fe00:1/64 nodad dev far");
    machine->run(std::string{"set -e; conf=/proc/sys/net/ipv6/conf/eth0\n"} + kernel().before);
    if (kernel().duplicate) outside->run("ip addr del fe80::5054:ff:fe00:1/64 dev far");
  }
  const Plan& plan() const { return std::get<0>(GetParam()); }
  const Kernel& kernel() const { return std::get<1>(GetParam()); }
  void far_up() {
    far_side_up();
    outside->run("ip addr add fe80::1/64 nodad dev far; ip addr add fd00:1::1/64 nodad dev far");
    outside->run("ip addr add fec0::2/128 nodad dev far; ip addr add 2001:db8::7/128 dev lo");
    router_.emplace(*outside, "far", Router::Advertisement{.prefix = "fd00:1::"});
  }

  std::optional<Router> router_;
};

TEST_P(Ipv6Race, IsNotLost) {
  LinkConfig wanted =
      config(plan().address, plan().address.empty() ? 0 : 64, plan().gateway, plan().target);
  wanted.advertised = plan().advertised;
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  const auto made = network.configure(*link, wanted, in(5000));
  ASSERT_TRUE(made) << log_text();
  if (kernel().carrier_late) far_up();
  ASSERT_TRUE(network.wait_ready(in(10'000))) << log_text();
  EXPECT_TRUE(machine->reaches(ip(plan().target), *outside, made->index))
      << log_text() << machine->output("ip -6 addr show dev eth0; ip -6 route");
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<Plan, Kernel>>& info) {
  return std::string{std::get<0>(info.param).name} + "_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(AllPlans, Ipv6Race,
                         ::testing::Combine(::testing::ValuesIn(kPlans),
                                            ::testing::ValuesIn(kKernels)),
                         name_of);

class Ipv6Duplicate : public NetworkTest {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
    far_side_up();
    outside->run("echo 0 > /proc/sys/net/ipv6/conf/far/accept_dad");
    outside->run("ip addr add fec0::2/128 nodad dev far");
  }
  void another_host_comes() const {
    outside->run("ip addr add fe80::5054:ff:fe00:1/64 nodad dev far");
  }
  void wait_for(const std::string& command) const {
    machine->run("for i in $(seq 100); do " + command + " && exit; sleep 0.1; done; exit 1");
  }
  void wait_until_it_is_found() const { wait_for("ip -6 addr show dev eth0 | grep -q dadfailed"); }
  Result<LinkId> bring_up_with(Text address) {
    const LinkId link = ISBOOT_TRY(network.find_link(mac(kMac), in(2000)));
    return bring_up(link, config(address, 64, "", "fec0::2"), in(5000));
  }
};

// The other host is gone by then, or a switch has sent our own question back to us.
TEST_F(Ipv6Duplicate, ThatTheKernelHasFoundIsNotTheLastWord) {
  another_host_comes();
  machine->run("ip link set eth0 up");
  wait_until_it_is_found();
  outside->run("ip addr del fe80::5054:ff:fe00:1/64 dev far");
  ASSERT_TRUE(bring_up_with("fe80::5054:ff:fe00:1")) << log_text();
  EXPECT_TRUE(machine->reaches(ip("fec0::2"), *outside));
}

// accept_dad is 2 for the link, or for all of them; the other host stays.
class Ipv6DuplicateOnAll : public Ipv6Duplicate, public ::testing::WithParamInterface<const char*> {
protected:
  void SetUp() override {
    Ipv6Duplicate::SetUp();
    if (IsSkipped()) return;
    machine->run("echo 2 > /proc/sys/net/ipv6/conf/" + std::string{GetParam()} + "/accept_dad");
    another_host_comes();
  }
  void expect_reached_when_it_is_found_again() {
    EXPECT_TRUE(machine->reaches(ip("fec0::2"), *outside)) << log_text();
    wait_until_it_is_found();
    EXPECT_TRUE(machine->reaches(ip("fec0::2"), *outside)) << log_text();
  }
};

TEST_P(Ipv6DuplicateOnAll, DoesNotEndIpv6) {
  ASSERT_TRUE(bring_up_with("fd00::15")) << log_text();
  expect_reached_when_it_is_found_again();
  EXPECT_FALSE(log.says("IPv6 was off")) << log_text();
}

TEST_P(Ipv6DuplicateOnAll, ThatHasEndedIpv6IsOutlived) {
  machine->run("ip link set eth0 up");
  wait_for("grep -q 1 /proc/sys/net/ipv6/conf/eth0/disable_ipv6");
  ASSERT_TRUE(bring_up_with("fd00::15")) << log_text();
  expect_reached_when_it_is_found_again();
  ASSERT_TRUE(bring_up_with("fd00::15")) << log_text();
  EXPECT_THAT(log.lines, Contains(HasSubstr("eth0: IPv6 was off")).Times(1));
}

INSTANTIATE_TEST_SUITE_P(AcceptDad, Ipv6DuplicateOnAll, ::testing::Values("eth0", "all"),
                         [](const auto& link) { return link.param; });

// The kernel takes two milliseconds for its tries here, and in some of the rounds they end between
// the route that it refuses and the look at its addresses.
TEST_F(Ipv6Duplicate, SearchMayEndBetweenTwoQuestions) {
  machine->run(
      "echo 0 > /proc/sys/net/ipv6/conf/eth0/router_solicitation_delay;"
      "echo 2 > /proc/sys/net/ipv6/neigh/eth0/retrans_time_ms");
  const LinkConfig wanted = config("fe80::5054:ff:fe00:1", 64, "", "fec0::2");
  for (int round = 0; round < 100; ++round) {
    machine->run("ip link set eth0 down; ip link set eth0 up");
    const auto link = network.find_link(mac(kMac), in(2000));
    ASSERT_TRUE(link) << log_text();
    ASSERT_TRUE(network.configure(*link, wanted, in(5000))) << round << '\n' << log_text();
  }
}

}  // namespace
}  // namespace isboot::netns
