#include "core/keep/path_turn.h"

#include <gtest/gtest.h>

namespace isboot::keep {
namespace {

using boot::PathCare;

constexpr Millis kNow = 100'000;

TEST(PathTurn, IsDueOnceWhenThePathIsLostAndOnceWhenItIsBack) {
  PathTurn turn;
  EXPECT_FALSE(is_due(turn, false, kNow));
  for (const bool carried : {true, false, true}) {
    EXPECT_TRUE(is_due(turn, carried, kNow));
    EXPECT_FALSE(is_due(turn, carried, kNow));
  }
}

TEST(PathTurn, IsDueAgainWhenALostPathMayBeReleased) {
  PathTurn turn;
  on_care(turn, PathCare::Wait, kNow - 1'000);
  EXPECT_FALSE(is_due(turn, false, kNow + 3'999));
  EXPECT_TRUE(is_due(turn, false, kNow + 4'000));
  on_care(turn, PathCare::Release, kNow - 1'000);
  EXPECT_TRUE(turn.taken_away);
  EXPECT_EQ(turn.care_at, kNever);
}

// A kernel that does not take the limit of the last path once must not fail its I/O for that.
TEST(PathTurn, IsDueAgainSoonWhenWhatWasToBeDoneFailed) {
  for (const PathCare care : {PathCare::Limit, PathCare::Hold, PathCare::Release}) {
    PathTurn turn;
    on_care(turn, care, kNow);
    on_care_failed(turn, care, kNow);
    EXPECT_FALSE(turn.taken_away) << "the kernel still has its disk";
    EXPECT_EQ(turn.care_at, kNow + 1'000);
  }
}

TEST(PathTurn, IsDueLessAndLessOftenWhenItFailsForEver) {
  PathTurn turn;
  Millis now = kNow;
  for (const Millis wait : {1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000}) {
    on_care_failed(turn, PathCare::Hold, now);
    EXPECT_EQ(turn.care_at, now + wait);
    now = turn.care_at;
  }
  (void)is_due(turn, true, now);
  on_care_failed(turn, PathCare::Hold, now);
  EXPECT_EQ(turn.care_at, now + 1'000) << "it is back";
}

// Failures of other days, each of them mended: found by the simulation, seed 210473.
TEST(PathTurn, IsDueSoonWhenItFailsOnceMoreAfterItWorked) {
  PathTurn turn;
  for (int day = 0; day < 10; ++day) {
    on_care_failed(turn, PathCare::Hold, kNow);
    EXPECT_EQ(turn.care_at, kNow + 1'000);
    on_care(turn, PathCare::Hold, kNow);
    on_care_done(turn);
  }
}

// Of two paths one is given up by a client: the other one is the last from then on.
TEST(PathTurn, IsDueOnceWhenItsSessionIsNotKeptAnyMore) {
  PathTurn turn{.taken_away = true, .care_at = kNow};
  (void)is_due(turn, true, kNow);
  on_gone(turn);
  EXPECT_FALSE(turn.taken_away);
  EXPECT_TRUE(is_due(turn, false, kNow + 1));
  EXPECT_FALSE(is_due(turn, false, kNow + 2));
}

TEST(PathTurn, LooksForADiskSoonAtFirstAndThenEachHour) {
  PathTurn turn{.taken_away = true};
  for (int look = 0; look < 60; ++look) {
    on_disk_looked_for(turn, false, kNow);
    EXPECT_EQ(turn.care_at, kNow + 1'000);
  }
  on_disk_looked_for(turn, false, kNow);
  EXPECT_EQ(turn.care_at, kNow + 3'600'000);
  EXPECT_TRUE(turn.taken_away);
  on_disk_looked_for(turn, true, kNow);
  EXPECT_FALSE(turn.taken_away);
  EXPECT_EQ(turn.care_at, kNow + 1'000) << "for its limit";
}

// The path was back, and then the machine slept: found by the simulation, seed 4233278753.
TEST(PathTurn, LooksForADiskSoonAfterAMachineHasSlept) {
  PathTurn turn{.taken_away = true};
  (void)is_due(turn, true, kNow);
  for (const Millis later : {0, 600'000, 7'200'000}) {
    on_disk_looked_for(turn, false, kNow + later);
    EXPECT_EQ(turn.care_at, kNow + later + 1'000);
  }
}

TEST(PathTurn, LooksForADiskSoonEachTimeThatItIsBack) {
  PathTurn turn{.taken_away = true};
  for (int look = 0; look < 70; ++look) on_disk_looked_for(turn, false, kNow);
  (void)is_due(turn, true, kNow);
  on_disk_looked_for(turn, false, kNow);
  EXPECT_EQ(turn.care_at, kNow + 1'000);
}

}  // namespace
}  // namespace isboot::keep
