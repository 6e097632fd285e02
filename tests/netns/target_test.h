// What the tests with a real tgtd share: isboot boots from it, the table's bytes are the
// beginning, the disk's bytes the end.
#pragma once

#include "tests/netns/boot_paths.h"
#include "tests/netns/boot_table.h"
#include "tests/netns/network_test.h"

namespace isboot::netns {

inline constexpr const char* kDisk = "VIRTUAL-DISK";  // as tgtd calls it

// For a table of tests whose rows have names.
template <class Row>
std::string name_of_row(const ::testing::TestParamInfo<Row>& row) {
  return row.param.name;
}

class TargetTest : public NetworkTest {
protected:
  static constexpr const char* kSecondMac = "52:54:00:00:00:02";

  // machine eth0 -- far (outside: a switch and router) -- target
  void SetUp() override {
    const std::string reason = Tgt::reason_to_skip();
    if (!reason.empty()) GTEST_SKIP() << reason;
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    target.emplace(Namespace::create());
    plug_in();
    make_switch("far");
  }

  // 10.0.2.7 and .8, fd00::7 and ::8, fe80::7 in the switch.
  void target_in_the_switch() {
    outside->run("ip link add port type veth peer name lan netns " + target->path());
    outside->run("ip link set port master switch up");
    target->run("ip link set lan up");
    for (const char* address :
         {"10.0.2.7/24", "10.0.2.8/24", "fd00::7/64 nodad", "fd00::8/64 nodad", "fe80::7/64 nodad"})
      target->run("ip addr add " + std::string{address} + " dev lan");
    tgt.emplace(*target);
  }
  // 192.0.2.7 and 2001:db8::7.
  void target_behind_the_router(const std::string& mtu = "1500") {
    plug_in_behind_router(*target, mtu);
    tgt.emplace(*target);
  }
  // A second NIC in the switch.
  void plug_in_second() {
    plug_in("eth1", kSecondMac, "far1");
    outside->run("ip link set far1 master switch up");
  }

  // The disk's name; empty without one.
  std::string boot(const std::vector<Pair>& pairs, Millis limit = 20'000, int together = 1) {
    plan = plan_of(pairs, parameters);
    paths.emplace(plan, parameters, *tgt, clock, together);
    return app::first_disk(*paths, plan, plan.count, in(limit), clock, log);
  }
  std::string addresses(const std::string& link) {
    return machine->output("ip addr show dev " + link);
  }

  const Pair kInTheSwitch{std::string{kMac}, "10.0.2.15", 24, "", "10.0.2.7"};
  const Pair kBehindTheRouter{std::string{kMac}, "10.0.2.15", 24, "10.0.2.2", "192.0.2.7"};

  boot::Parameters parameters;
  boot::Plan plan;
  std::optional<Namespace> target;
  std::optional<Tgt> tgt;
  std::optional<BootPaths> paths;  // ends before the tgtd that it knows
};

}  // namespace isboot::netns
