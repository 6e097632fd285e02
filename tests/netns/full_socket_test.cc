// More news of links than a socket holds: the kernel drops the rest, and its answers too.
#include <functional>
#include <thread>

#include "platform/linux/net/link/link_changer.h"
#include "tests/netns/network_test.h"
#include "tests/netns/router.h"

namespace isboot::netns {
namespace {

using linux_platform::LinkChanger;
using linux_platform::LinuxNetwork;
using linux_platform::RouteEvent;

class FullSocket : public NetworkTest {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
  }
  // The buffer that Linux gives by default holds about a hundred of these.
  void flood() const {
    machine->run("for i in $(seq 60001 60400); do echo link set lo mtu $i; done | ip -batch -");
  }
  void flood_with_addresses() const {
    machine->run(
        "for do in add del; do for i in $(seq 200); do echo addr $do fd99::$i dev lo; done; done |"
        "ip -batch -");
  }
  const LinkConfig wanted_ = config("10.0.2.15", 24, "", "10.0.2.2");
};

TEST_F(FullSocket, GetsTheAnswerToAChange) {
  far_side_up();
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  flood();
  ASSERT_TRUE(network.configure(*link, wanted_, in(3000))) << log_text();
  ASSERT_TRUE(network.wait_ready(in(3000))) << log_text();
  EXPECT_TRUE(machine->reaches(ip("10.0.2.2"), *outside));
}

TEST_F(FullSocket, SeesTheCarrierThatComes) {
  const auto link = network.find_link(mac(kMac), in(2000));
  ASSERT_TRUE(link) << log_text();
  ASSERT_TRUE(network.configure(*link, wanted_, in(3000))) << log_text();
  flood();
  std::thread switch_port{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    far_side_up();
  }};
  const auto ready = network.wait_ready(in(5000));
  switch_port.join();
  EXPECT_TRUE(ready) << log_text();
}

TEST_F(FullSocket, FindsItsNic) {
  ASSERT_FALSE(network.find_link(mac("52:54:00:00:00:99"), in(0)));
  flood();
  EXPECT_TRUE(network.find_link(mac(kMac), in(3000))) << log_text();
}

// The kernel tells once that it drops what is for the socket, and does so until that is empty.
TEST_F(FullSocket, GetsAnAnswerAlsoWhenTheLossIsKnown) {
  linux_platform::RouteSocket socket{clock};
  ASSERT_TRUE(socket.open());
  flood();
  const auto event = socket.next(in(1000));
  ASSERT_TRUE(event);
  ASSERT_EQ(event->kind, RouteEvent::Kind::Overrun);
  const LinkId loopback{1};
  EXPECT_TRUE((LinkChanger{socket, clock, log}.look(loopback, in(3000))));
}

// Floods the sockets at one of the looks at the clock, which are all around the requests.
class FloodingClock final : public Clock {
public:
  explicit FloodingClock(std::function<void()> flood) : flood_{std::move(flood)} {}
  void flood_in(int looks) { looks_ = looks; }
  bool has_flooded() const { return looks_ <= 0; }
  Millis now() override {
    if (looks_ > 0 && --looks_ == 0) flood_();
    return clock_.now();
  }
  void sleep_until(Millis when) override { clock_.sleep_until(when); }

private:
  linux_platform::LinuxClock clock_;
  std::function<void()> flood_;
  int looks_ = 0;
};

struct FloodedPlan {
  const char* name;
  Text address;
  Text target;
  std::uint16_t vlan = 0;
  bool advertised = false;
};

class FullSocketAtAnyTime : public FullSocket, public ::testing::WithParamInterface<FloodedPlan> {};

TEST_P(FullSocketAtAnyTime, GetsAllAnswers) {
  LinkConfig wanted = config(GetParam().address, 24, "", GetParam().target);
  wanted.vlan = GetParam().vlan;
  wanted.advertised = GetParam().advertised;
  if (wanted.vlan != 0 && !kernel_has_vlans()) GTEST_SKIP() << "needs another kernel: module 8021q";
  far_side_up();
  outside->run("ip addr add fe80::1/64 nodad dev far");
  const Router router{*outside, "far", Router::Advertisement{.prefix = "fd00:1::"}};
  FloodingClock flooding{[this] {
    flood();
    flood_with_addresses();
  }};
  LinuxNetwork flooded{flooding, log};
  int looks = 0;
  do {
    SCOPED_TRACE(++looks);
    if (wanted.vlan != 0) (void)!std::system("ip link del eth0.42 2>/dev/null");
    flooding.flood_in(looks);
    const auto link = flooded.find_link(mac(kMac), in(3000));
    ASSERT_TRUE(link) << log_text();
    ASSERT_TRUE(flooded.configure(*link, wanted, in(3000))) << log_text();
    ASSERT_TRUE(flooded.wait_ready(in(3000))) << log_text();
  } while (flooding.has_flooded());
  EXPECT_GE(looks, 4);
}

constexpr FloodedPlan kFloodedPlans[] = {{"Ipv4", "10.0.2.15", "10.0.2.2"},
                                         {"Ipv6", "fd00::15", "fd00::2"},
                                         {"Vlan", "10.0.42.15", "10.0.42.2", 42},
                                         {"Advertised", "", "2001:db8::7", 0, true}};
INSTANTIATE_TEST_SUITE_P(Plans, FullSocketAtAnyTime, ::testing::ValuesIn(kFloodedPlans),
                         [](const auto& plan) { return plan.param.name; });

}  // namespace
}  // namespace isboot::netns
