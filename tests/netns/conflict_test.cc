// Another host has the machine's address.
#include <thread>

#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

class Conflict : public NetworkTest {
protected:
  static constexpr Text kOther = "52:54:00:00:00:77";

  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
    outside->run("ip link set far address " + std::string{kOther});
    far_side_up();
  }
  void configure(const LinkConfig& wanted) {
    const auto link = network.find_link(mac(kMac), in(2000));
    ASSERT_TRUE(link);
    ASSERT_TRUE(bring_up(*link, wanted, in(5000))) << log_text();
  }
  // Whether it is told, and of whom, within `limit`.
  bool is_told(Text address, Millis limit = 3000) {
    const std::string text = "another host, " + std::string{kOther} + ", has our address " +
                             std::string{address} + " too";
    for (const Millis end = in(limit); clock.now() < end;) {
      network.tell_conflict();
      if (log.says(text)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
  }
  std::size_t lines() const { return log.lines.size(); }
};

TEST_F(Conflict, IsToldWithTheOthersMac) {
  outside->run("ip addr add 10.0.2.15/32 dev far");
  configure(config("10.0.2.15", 24, "", "10.0.2.2"));
  EXPECT_TRUE(is_told("10.0.2.15")) << log_text();
  const std::size_t told = lines();
  network.tell_conflict();
  EXPECT_EQ(lines(), told) << "once is enough";
}

TEST_F(Conflict, IsToldInIpv6Too) {
  outside->run("ip addr add fd00::15/128 nodad dev far");
  configure(config("fd00::15", 64, "", "fd00::2"));
  EXPECT_TRUE(is_told("fd00::15")) << log_text();
}

TEST_F(Conflict, IsNoneWhenNobodyElseHasTheAddress) {
  configure(config("10.0.2.15", 24, "", "10.0.2.2"));
  // Others are heard all the time.
  EXPECT_TRUE(outside->reaches(ip("10.0.2.15"), *machine));
  EXPECT_FALSE(is_told("10.0.2.15", 300));
  EXPECT_FALSE(log.says("has our address")) << log_text();
}

TEST_F(Conflict, IsNoneWhenAnotherNicOfThisMachineAnswers) {
  plug_in("eth1", "52:54:00:00:00:02", "far1");
  outside->run("ip addr flush dev far; ip link add switch type bridge; ip link set switch up");
  outside->run("for port in far far1; do ip link set $port master switch up; done");
  machine->run("ip link set eth1 up");
  configure(config("10.0.2.15", 24, "", "10.0.2.2"));
  for (const Millis end = in(300); clock.now() < end;) network.tell_conflict();
  EXPECT_FALSE(log.says("has our address")) << log_text();
}

TEST_F(Conflict, CostsNoTime) {
  outside->run("ip addr add 10.0.2.15/32 dev far");
  configure(config("10.0.2.15", 24, "", "10.0.2.2"));
  const Millis start = clock.now();
  for (int i = 0; i < 100; ++i) network.tell_conflict();
  EXPECT_LT(clock.now() - start, 1000U);
}

}  // namespace
}  // namespace isboot::netns
