// What the kernel does by itself when a link comes up, raced on purpose: its own link-local
// address, the search for duplicates, what routers advertise. None of it decides whether a
// machine boots, whichever plan it has.
#include "tests/netns/network_test.h"
#include "tests/netns/router.h"

namespace isboot::netns {
namespace {

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
};

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
    {"DuplicatesEndIpv6", "echo 2 > $conf/accept_dad"},
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
  machine->run(std::string{"conf=/proc/sys/net/ipv6/conf/eth0; "} + kernel().before + "\n true");
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

using Ipv6Duplicate = NetworkTest;

// The other host is gone by then, or a switch has sent our own question back to us.
TEST_F(Ipv6Duplicate, ThatTheKernelHasFoundIsNotTheLastWord) {
  plug_in();
  far_side_up();
  outside->run("echo 0 > /proc/sys/net/ipv6/conf/far/accept_dad");
  outside->run("ip addr add fec0::2/128 nodad dev far");
  outside->run("ip addr add fe80::5054:ff:fe00:1/64 nodad dev far");
  machine->run("ip link set eth0 up");
  machine->run(
      "for i in $(seq 100); do ip -6 addr show dev eth0 | grep -q dadfailed && break;"
      "sleep 0.1; done; ip -6 addr show dev eth0 | grep -q dadfailed");
  outside->run("ip addr del fe80::5054:ff:fe00:1/64 dev far");
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  ASSERT_TRUE(bring_up(*link, config("fe80::5054:ff:fe00:1", 64, "", "fec0::2"), in(5000)))
      << log_text();
  EXPECT_TRUE(machine->reaches(ip("fec0::2"), *outside));
}

// The kernel takes two milliseconds for its tries here, and in some of the rounds they end between
// the route that it refuses and the look at its addresses.
TEST_F(Ipv6Duplicate, SearchMayEndBetweenTwoQuestions) {
  plug_in();
  far_side_up();
  outside->run(
      "echo 0 > /proc/sys/net/ipv6/conf/far/accept_dad; ip addr add fec0::2/128 nodad dev far");
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
