// One NIC and a real tgtd, from the bytes of the table to those of the disk.
#include "tests/netns/target_test.h"

#include <thread>

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

enum class Place { InTheSwitch, BehindTheRouter };

struct Way {
  const char* name;
  Place place;
  const char* address;
  std::uint8_t prefix;
  const char* gateway;
  const char* target;
  const char* seen_as;  // by the target
};
void PrintTo(const Way& row, std::ostream* out) { *out << row.name; }

class TargetOver : public TargetTest, public ::testing::WithParamInterface<Way> {};

TEST_P(TargetOver, GivesItsDisk) {
  const Way& way = GetParam();
  if (way.place == Place::InTheSwitch)
    target_in_the_switch();
  else
    target_behind_the_router();
  ASSERT_EQ(boot({{std::string{kMac}, way.address, way.prefix, way.gateway, way.target}}), kDisk)
      << log_text();
  EXPECT_THAT(addresses("eth0"),
              HasSubstr(std::string{way.address} + "/" + std::to_string(way.prefix)));
  EXPECT_THAT(tgt->sessions(), HasSubstr(std::string{"IP Address: "} + way.seen_as + "\n"));
}

constexpr Way kWays[] = {
    {"Ipv4", Place::InTheSwitch, "10.0.2.15", 24, "", "10.0.2.7", "10.0.2.15"},
    {"Ipv6", Place::InTheSwitch, "fd00::15", 64, "", "fd00::7", "fd00::15"},
    {"Ipv6LinkLocal", Place::InTheSwitch, "fd00::15", 64, "", "fe80::7",
     "fe80::5054:ff:fe00:1%lan"},
    {"Ipv4Gateway", Place::BehindTheRouter, "10.0.2.15", 24, "10.0.2.2", "192.0.2.7", "10.0.2.15"},
    {"Ipv6Gateway", Place::BehindTheRouter, "fd00::15", 64, "fd00::2", "2001:db8::7", "fd00::15"},
    {"Ipv6LinkLocalGateway", Place::BehindTheRouter, "fd00::15", 64, "fe80::1", "2001:db8::7",
     "fd00::15"},
    {"GatewayOffTheLink", Place::BehindTheRouter, "10.0.2.15", 32, "10.0.2.2", "192.0.2.7",
     "10.0.2.15"},
};

INSTANTIATE_TEST_SUITE_P(Ways, TargetOver, ::testing::ValuesIn(kWays), name_of_row<Way>);

using Target = TargetTest;

TEST_F(Target, IsWaitedForWhenTheNicsDriverProbesLate) {
  target_in_the_switch();
  machine->run("ip link del eth0");
  std::thread driver{[this] {
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    plug_in("eth5");
    outside->run("ip link set far master switch up");
  }};
  const std::string disk = boot({kInTheSwitch});
  driver.join();
  EXPECT_EQ(disk, kDisk) << log_text();
  EXPECT_TRUE(log.says("waiting for NIC 52:54:00:00:00:01; there is none yet")) << log_text();
}

TEST_F(Target, IsReachedByTheNicAndNotByAMacvlanWithItsMac) {
  target_in_the_switch();
  machine->run("ip link del eth0");
  plug_in_with_macvlan();
  outside->run("ip link set far0 master switch up");
  EXPECT_EQ(boot({kInTheSwitch}), kDisk) << log_text();
  EXPECT_THAT(addresses("eth0"), HasSubstr("10.0.2.15/24"));
  EXPECT_THAT(addresses("mv0"), Not(HasSubstr("10.0.2.15")));
}

// A pair that leads nowhere is told of, and the next one is tried.
struct Fault {
  const char* name;
  const char* made_by;  // outside
  Pair pair;
  Millis limit;  // for both pairs, in equal parts
  std::vector<const char*> said;
};
void PrintTo(const Fault& row, std::ostream* out) { *out << row.name; }

class TargetAfter : public TargetTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(TargetAfter, IsFoundByTheNextPair) {
  const Fault& fault = GetParam();
  target_behind_the_router();
  plug_in_second();
  outside->run(fault.made_by);
  // Not selected by firmware: it comes after the first, and not beside it.
  const Pair good{kSecondMac, "10.0.2.16", 24, "10.0.2.2", "192.0.2.7", false};
  EXPECT_EQ(boot({fault.pair, good}, fault.limit), kDisk) << log_text();
  for (const char* line : fault.said) EXPECT_TRUE(log.says(line)) << line << "\n" << log_text();
  EXPECT_THAT(tgt->sessions(), AllOf(HasSubstr("IP Address: 10.0.2.16\n"),
                                     Not(HasSubstr("IP Address: 10.0.2.15\n"))));
}

const Fault kFaults[] = {
    {"NoCarrier",
     "ip link set far down",
     {"52:54:00:00:00:01", "10.0.2.15", 24, "10.0.2.2", "192.0.2.7"},
     4'000,
     {"eth0: no carrier"}},
    // The kernel asks three times, a second each.
    {"AnUnreachableGateway",
     "true",
     {"52:54:00:00:00:01", "10.0.2.15", 24, "10.0.2.9", "192.0.2.7"},
     12'000,
     {"192.0.2.7:3260, iqn.2026-11.org.example:netns: the connection failed (No route to host)"}},
    {"AMissingNic",
     "true",
     {"52:54:00:00:00:33", "10.0.2.15", 24, "10.0.2.2", "192.0.2.7"},
     4'000,
     {"no NIC is 52:54:00:00:00:33; there are:", "eth0 52:54:00:00:00:01",
      "eth1 52:54:00:00:00:02"}},
};

INSTANTIATE_TEST_SUITE_P(Faults, TargetAfter, ::testing::ValuesIn(kFaults), name_of_row<Fault>);

// Another host in the switch has the machine's address.
class TargetBesideATwin : public TargetTest {
protected:
  void SetUp() override {
    TargetTest::SetUp();
    if (IsSkipped()) return;
    twin.emplace(Namespace::create());
    outside->run("ip link add port2 type veth peer name lan address 52:54:00:00:00:77 netns " +
                 twin->path());
    outside->run("ip link set port2 master switch up");
    twin->run("ip link set lan up; ip addr add 10.0.2.15/24 dev lan");
    target_in_the_switch();
  }
  // As if it had heard of our address there.
  void target_knows(const std::string& mac) {
    target->run("ip neigh replace 10.0.2.15 lladdr " + mac + " dev lan nud permanent");
  }
  bool is_told() {
    return log.says("another host, 52:54:00:00:00:77, has our address 10.0.2.15 too");
  }

  std::optional<Namespace> twin;
};

TEST_F(TargetBesideATwin, IsUsedAndTheTwinIsToldOf) {
  target_knows(std::string{kMac});
  EXPECT_EQ(boot({kInTheSwitch}), kDisk) << log_text();
  EXPECT_TRUE(is_told()) << log_text();
}

TEST_F(TargetBesideATwin, IsOutOfReachAndTheTwinIsToldOf) {
  target_knows("52:54:00:00:00:77");
  EXPECT_EQ(boot({kInTheSwitch}, 2'000), "");
  EXPECT_TRUE(log.says("10.0.2.7:3260, iqn.2026-11.org.example:netns: no answer in time"))
      << log_text();
  EXPECT_TRUE(is_told()) << log_text();
}

// isboot.mtu=9000, and a target that sends frames as large as it may.
class JumboTarget : public TargetTest {
protected:
  void SetUp() override {
    TargetTest::SetUp();
    if (IsSkipped()) return;
    parameters.mtu = 9000;
    outside->run("ip link set far mtu 9000; ip link set switch mtu 9000");
    target_behind_the_router("9000");
    // Frames as they would be on a cable, no packets that some NIC is to cut later: those pass a
    // link whatever its MTU.
    target->run("ip link set end gso_max_segs 1");
  }
  std::string mtu() { return machine->output("cat /sys/class/net/eth0/mtu"); }
  std::size_t mean_frame() { return counted("eth0", "rx_bytes") / counted("eth0", "rx_packets"); }
};

TEST_F(JumboTarget, FillsFramesWhenThePathCarriesThem) {
  EXPECT_EQ(boot({kBehindTheRouter}), kDisk) << log_text();
  EXPECT_EQ(mtu(), "9000\n");
  EXPECT_GT(mean_frame(), 2000U);
}

TEST_F(JumboTarget, IsReadWithUsualFramesWhenARouterBlocksTheLargeOnes) {
  outside->run("ip link set near mtu 1500");
  EXPECT_EQ(boot({kBehindTheRouter}), kDisk) << log_text();
  EXPECT_TRUE(log.says("eth0: MTU 9000: such packets do not come back from 192.0.2.7; using 1500"))
      << log_text();
  EXPECT_EQ(mtu(), "1500\n");
  EXPECT_GT(mean_frame(), 1000U);
}

}  // namespace
}  // namespace isboot::netns
