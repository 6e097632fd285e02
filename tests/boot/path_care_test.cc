#include "core/boot/path_care.h"

#include <gtest/gtest.h>

#include <vector>

namespace isboot::boot {
namespace {

constexpr Millis kLong = 60'000;

PathStatus carried(Text id) { return {.disk_id = id, .shared = true, .carried = true}; }
PathStatus lost(Text id, bool holds, Millis since) {
  return {.disk_id = id, .shared = true, .holds = holds, .lost_for = since};
}
PathStatus taken_away(Text id, bool is_carried) {
  return {.disk_id = id, .carried = is_carried, .taken_away = true};
}
PathStatus gone(Text id, bool is_carried) {
  return {.disk_id = id, .carried = is_carried, .gone = true};
}
PathStatus alone(PathStatus path) {
  path.shared = false;
  return path;
}

struct Case {
  const char* name;
  std::vector<PathStatus> paths;  // the first is asked about
  PathCare care;
};

TEST(PathCare, FailsOverWhileAnotherPathLivesAndHoldsAtTheLast) {
  const Case kCases[] = {
      {"one of two", {carried("a"), carried("a")}, PathCare::Limit},
      {"the other one is lost", {carried("a"), lost("a", false, kLong)}, PathCare::Hold},
      {"the only one", {carried("a")}, PathCare::Hold},
      {"the other one is of another disk", {carried("a"), carried("b")}, PathCare::Hold},
      {"the disks have no names", {carried(""), carried("")}, PathCare::Hold},
      {"the other one has no disk", {carried("a"), taken_away("a", false)}, PathCare::Hold},
      {"the other one is back, not yet its disk",
       {carried("a"), taken_away("a", true)},
       PathCare::Hold},
      {"lost as the last, the other is back, not yet its disk",
       {lost("a", true, kLong), taken_away("a", true)},
       PathCare::Leave},
      {"no multipath driver", {alone(carried("a")), carried("a")}, PathCare::Leave},
      {"lost, and has its limit", {lost("a", false, kLong), carried("a")}, PathCare::Leave},
      {"lost as the last", {lost("a", true, kLong), lost("a", false, kLong)}, PathCare::Leave},
      {"lost as the last, the other is back",
       {lost("a", true, kLong), carried("a")},
       PathCare::Release},
      {"lost just now without a limit", {lost("a", true, 4'999), carried("a")}, PathCare::Wait},
      {"lost without a multipath driver",
       {alone(lost("a", true, kLong)), carried("a")},
       PathCare::Leave},
      {"without its disk, still lost", {taken_away("a", false), carried("a")}, PathCare::Leave},
      {"the other one's disk is gone", {carried("a"), gone("a", true)}, PathCare::Hold},
      {"its disk is gone", {gone("a", true), carried("a")}, PathCare::BringBack},
      {"its disk is gone, and it is lost", {gone("a", false), carried("a")}, PathCare::Leave},
      {"the disk of the only path is gone", {gone("a", true)}, PathCare::Leave},
      {"without its disk, and back", {taken_away("a", true), carried("a")}, PathCare::BringBack},
  };
  for (const Case& each : kCases) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(care_for(each.paths, 0), each.care);
  }
}

PathStatus failed(PathStatus path) {
  path.failed = true;
  return path;
}

TEST(PathCare, HasAPathUsedAgainWhenTheMultipathDriverHasNoOther) {
  const struct {
    const char* name;
    std::vector<PathStatus> paths;  // the first is asked about
    bool must;
  } kCases[]{
      {"both failed, and are back", {failed(carried("a")), failed(carried("a"))}, true},
      {"the other one is lost", {failed(carried("a")), lost("a", true, 0)}, true},
      {"the only one", {failed(carried("a"))}, true},
      {"the other one is of another disk", {failed(carried("a")), carried("b")}, true},
      {"the other one's disk is taken away", {failed(carried("a")), taken_away("a", true)}, true},
      {"the driver does not have the other one", {failed(carried("a")), alone(carried("a"))}, true},
      {"the other one is used", {failed(carried("a")), carried("a")}, false},
      {"it is used", {carried("a"), failed(carried("a"))}, false},
      {"it is lost", {failed(lost("a", true, kLong)), failed(carried("a"))}, false},
      {"no multipath driver", {alone(failed(carried("a")))}, false},
  };
  for (const auto& each : kCases) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(reinstatement_of(each.paths, 0), each.must ? Reinstate::ForUse : Reinstate::No);
  }
}

TEST(PathCare, HasUdevToldWhileNobodyUsesTheDevice) {
  PathStatus path = carried("a");
  path.unused = true;
  for (const bool other : {true, false}) {
    const PathStatus both[] = {path, other ? carried("a") : lost("a", true, 0)};
    EXPECT_EQ(reinstatement_of(both, 0), Reinstate::ForUdev);
  }
  const PathStatus lonely[] = {alone(path)};
  EXPECT_EQ(reinstatement_of(lonely, 0), Reinstate::No);
  path.carried = false;
  EXPECT_EQ(reinstatement_of({&path, 1}, 0), Reinstate::No);
}

}  // namespace
}  // namespace isboot::boot
