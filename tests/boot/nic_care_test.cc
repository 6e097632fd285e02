#include "core/boot/nic_care.h"

#include <gtest/gtest.h>

namespace isboot::boot {
namespace {

struct Case {
  const char* name;
  NicSight nic;
  bool planned;
  bool when_reachable;
  bool when_unreachable;
};

TEST(NicCare, SetsUpWhatWasTakenAwayAndLeavesWhatSomebodyElseManages) {
  constexpr Case kCases[] = {
      {"as it was", {.up = true, .has_ours = true}, true, false, true},
      {"as it was, and one more",
       {.up = true, .has_ours = true, .has_another = true},
       true,
       false,
       true},
      {"down or gone", {}, true, true, true},
      {"down, its address is still there", {.has_ours = true}, true, true, true},
      {"without an address", {.up = true}, true, true, true},
      {"with another one alone", {.up = true, .has_another = true}, true, false, false},
      {"which the plan has no address for", {.up = true}, false, false, true},
      {"which the plan has no address for, down", {}, false, true, true},
  };
  for (const Case& each : kCases) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(must_be_set_up(each.nic, each.planned, false), each.when_reachable);
    EXPECT_EQ(must_be_set_up(each.nic, each.planned, true), each.when_unreachable);
  }
}

}  // namespace
}  // namespace isboot::boot
