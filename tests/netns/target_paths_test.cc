// Two NICs, and two portals of a real tgtd or one, at the same time.
#include "tests/netns/target_test.h"

namespace isboot::netns {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Millis kLimit = 20'000;

struct Nets {
  const char* name;
  std::vector<Pair> pairs;
};
void PrintTo(const Nets& row, std::ostream* out) { *out << row.name; }

class TargetPaths : public TargetTest, public ::testing::WithParamInterface<Nets> {
protected:
  void SetUp() override {
    TargetTest::SetUp();
    if (IsSkipped()) return;
    plug_in_second();
    // As some distributions have it.
    machine->run("echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter");
    target_in_the_switch();
  }
  const std::vector<Pair>& pairs() { return GetParam().pairs; }
  static std::string session_of(const Pair& pair) { return "IP Address: " + pair.address + "\n"; }
};

TEST_P(TargetPaths, GoEachOverItsOwnNic) {
  EXPECT_EQ(boot(pairs(), kLimit, 2), kDisk) << log_text();
  EXPECT_THAT(paths->sessions(),
              AllOf(HasSubstr(session_of(pairs()[0])), HasSubstr(session_of(pairs()[1]))));
  for (const char* link : {"eth0", "eth1"}) {
    // Each has read the same from its disk, and no more than one of them came by its NIC.
    EXPECT_GE(counted(link, "rx_bytes"), kRead) << link;
    EXPECT_LT(counted(link, "rx_bytes"), kRead * 3 / 2) << link;
  }
}

TEST_P(TargetPaths, AreNotDelayedByADeadNic) {
  outside->run("ip link set far down");
  const Millis limit = in(kLimit);
  EXPECT_EQ(boot(pairs(), kLimit), kDisk) << log_text();
  // The dead one waits for its carrier until then.
  EXPECT_LT(clock.now(), limit) << log_text();
  EXPECT_FALSE(log.says("no carrier")) << log_text();
  EXPECT_THAT(paths->sessions(),
              AllOf(HasSubstr(session_of(pairs()[1])), Not(HasSubstr(session_of(pairs()[0])))));
}

const Nets kNets[] = {
    {"Ipv4",
     {{"52:54:00:00:00:01", "10.0.2.15", 24, "", "10.0.2.7"},
      {"52:54:00:00:00:02", "10.0.2.16", 24, "", "10.0.2.8"}}},
    {"Ipv6",
     {{"52:54:00:00:00:01", "fd00::15", 64, "", "fd00::7"},
      {"52:54:00:00:00:02", "fd00::16", 64, "", "fd00::8"}}},
    // One route leads there: it cannot be the one that keeps them apart.
    {"Ipv4OnePortal",
     {{"52:54:00:00:00:01", "10.0.2.15", 24, "", "10.0.2.7"},
      {"52:54:00:00:00:02", "10.0.2.16", 24, "", "10.0.2.7"}}},
    {"Ipv6OnePortal",
     {{"52:54:00:00:00:01", "fd00::15", 64, "", "fd00::7"},
      {"52:54:00:00:00:02", "fd00::16", 64, "", "fd00::7"}}},
};

INSTANTIATE_TEST_SUITE_P(Nets, TargetPaths, ::testing::ValuesIn(kNets), name_of_row<Nets>);

}  // namespace
}  // namespace isboot::netns
