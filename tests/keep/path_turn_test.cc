#include "core/keep/path_turn.h"

#include <gtest/gtest.h>

#include "core/keep/paths.h"

namespace isboot::keep {
namespace {

using boot::PathCare;
using Kind = PathTurn::Event::Kind;
using What = PathTurn::Do::Kind;

constexpr Millis kNow = 100'000;

PathTurn::Event care(PathCare what) { return {.care = what, .has_disk = true, .since = kNow}; }
PathTurn::Event answer(Kind kind, bool done) {
  return {.kind = kind, .done = done, .errand = 7, .carried = true, .since = kNow};
}

// On its way to have its disk looked for by errand 7.
PathTurn looked_for() {
  PathTurn turn;
  turn.begin(false);
  (void)turn.is_due(true, kNow);
  turn.on_looked_at();
  EXPECT_EQ(turn.on_event({.care = PathCare::BringBack}, kNow).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, false), kNow).kind, What::LookFor);
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandSent, true), kNow).kind, What::Nothing);
  return turn;
}

// Its disk is being taken away by errand 7.
PathTurn being_taken_away() {
  PathTurn turn;
  turn.begin(true);
  turn.on_looked_at();
  EXPECT_EQ(turn.on_event(care(PathCare::Release), kNow).kind, What::ForgetDisk)
      << "a keeper that is killed from here on leaves it to the next one";
  EXPECT_EQ(turn.on_event(answer(Kind::DiskForgotten, true), kNow).kind, What::TakeAway);
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandSent, true), kNow).kind, What::Nothing);
  EXPECT_TRUE(turn.taken_away());
  return turn;
}

TEST(PathTurn, IsDueOnceWhenThePathIsLostAndOnceWhenItIsBack) {
  PathTurn turn;
  EXPECT_FALSE(turn.is_due(false, kNow));
  for (const bool carried : {true, false, true}) {
    EXPECT_TRUE(turn.is_due(carried, kNow));
    EXPECT_FALSE(turn.is_due(carried, kNow));
  }
}

// One that is handed over lost would have its I/O wait although another path lives.
TEST(PathTurn, IsDueWhenItBegins) {
  PathTurn turn;
  turn.begin(true);
  EXPECT_EQ(turn.care_at(), 0U);
  EXPECT_TRUE(turn.is_due(false, kNow));
}

// What a keeper meant to take away that was killed may go a moment after it was seen.
TEST(PathTurn, IsDueAgainAndAgainWhenItBeginsWithoutADisk) {
  PathTurn turn;
  turn.begin(false);
  Millis now = kNow;
  for (int look = 0; look < 10; ++look, now += 1'000) {
    ASSERT_TRUE(turn.is_due(false, now));
    turn.on_looked_at();
    (void)turn.on_event(care(PathCare::Hold), now);
  }
  ASSERT_TRUE(turn.is_due(false, now));
  turn.on_looked_at();
  (void)turn.on_event(care(PathCare::Hold), now);
  EXPECT_EQ(turn.care_at(), kNever);
}

TEST(PathTurn, IsDueAgainWhenALostPathMayBeReleased) {
  PathTurn turn;
  (void)turn.on_event({.care = PathCare::Wait, .since = kNow - 1'000}, kNow);
  EXPECT_FALSE(turn.is_due(false, kNow + 3'999));
  EXPECT_TRUE(turn.is_due(false, kNow + 4'000));
  EXPECT_EQ(being_taken_away().care_at(), kNever);
}

TEST(PathTurn, HasTheUsersLimitAsTheLastOneAndAShortOneAmongOthers) {
  PathTurn turn;
  PathTurn::Event event = care(PathCare::Hold);
  for (const std::optional<std::uint32_t> users : {std::optional<std::uint32_t>{}, {3U}, {600U}}) {
    event.limit = users;
    event.care = PathCare::Hold;
    EXPECT_EQ(turn.on_event(event, kNow).limit, users);
    event.care = PathCare::Limit;
    EXPECT_EQ(turn.on_event(event, kNow).limit, users == 3U ? 3U : boot::kFailOver);
  }
}

// A kernel that does not take the limit of the last path once must not fail its I/O for that.
TEST(PathTurn, IsDueAgainSoonWhenWhatWasToBeDoneFailed) {
  for (const PathCare what : {PathCare::Limit, PathCare::Hold}) {
    PathTurn turn;
    (void)turn.on_event(care(what), kNow);
    EXPECT_EQ(turn.on_event(answer(Kind::LimitSet, false), kNow).kind, What::Nothing);
    EXPECT_EQ(turn.care_at(), kNow + 1'000);
  }
}

// Whatever multipathd does: the limit first, then I/O.
TEST(PathTurn, IsUsedAgainWhenAllPathsHaveFailed) {
  PathTurn turn;
  PathTurn::Event event = care(PathCare::Limit);
  event.reinstate = boot::Reinstate::ForUse;
  EXPECT_EQ(turn.on_event(event, kNow).kind, What::SetLimit);
  EXPECT_EQ(turn.on_event(answer(Kind::LimitSet, true), kNow).kind, What::Reinstate);
  EXPECT_EQ(turn.on_event(answer(Kind::Reinstated, true), kNow).kind, What::Nothing);
  EXPECT_EQ(turn.care_at(), kNow + 1'000) << "whether it works";
  event.reinstate = boot::Reinstate::No;
  (void)turn.is_due(false, kNow + 1'000);
  turn.on_looked_at();
  EXPECT_EQ(turn.on_event(event, kNow + 1'000).kind, What::SetLimit);
  EXPECT_EQ(turn.on_event(answer(Kind::LimitSet, true), kNow + 1'000).kind, What::Nothing);
  EXPECT_EQ(turn.care_at(), kNever);
}

// udev may have found the device in the moment in which it had no path.
TEST(PathTurn, HasUdevToldOnceWhenItIsBackAndHasSettled) {
  PathTurn turn;
  turn.begin(true);
  PathTurn::Event event = care(PathCare::Limit);
  event.carried = true;
  event.reinstate = boot::Reinstate::ForUdev;
  const auto told = [&](Millis now, bool done = true) {
    turn.on_looked_at();
    EXPECT_EQ(turn.on_event(event, now).kind, What::SetLimit);
    const auto what = turn.on_event(answer(Kind::LimitSet, true), now).kind;
    if (what == What::TellUdev) (void)turn.on_event(answer(Kind::Reinstated, done), now);
    return what == What::TellUdev;
  };
  ASSERT_TRUE(turn.is_due(true, kNow));
  EXPECT_FALSE(told(kNow + 2'000)) << "it never was lost";
  ASSERT_TRUE(turn.is_due(false, kNow));
  ASSERT_TRUE(turn.is_due(true, kNow));
  EXPECT_FALSE(told(kNow + 999));
  EXPECT_TRUE(told(kNow + 1'000, false)) << "once more, since that failed";
  EXPECT_TRUE(told(kNow + 2'000));
  EXPECT_FALSE(told(kNow + 3'000));
}

// What was sent to it before fails only then.
TEST(PathTurn, IsLookedAtOnceMoreASecondAfterItIsBack) {
  PathTurn turn;
  turn.begin(true);
  ASSERT_TRUE(turn.is_due(true, kNow));
  turn.on_looked_at();
  (void)turn.on_event(care(PathCare::Limit), kNow);
  (void)turn.on_event(answer(Kind::LimitSet, true), kNow);
  ASSERT_TRUE(turn.is_due(true, kNow + 1'000));
  turn.on_looked_at();
  (void)turn.on_event(care(PathCare::Limit), kNow + 1'000);
  EXPECT_EQ(turn.care_at(), kNever);
}

TEST(PathTurn, IsDueLessAndLessOftenWhenItFailsForEver) {
  PathTurn turn;
  Millis now = kNow;
  const auto fail = [&turn](Millis at) {
    (void)turn.on_event(care(PathCare::Hold), at);
    (void)turn.on_event(answer(Kind::LimitSet, false), at);
  };
  for (const Millis wait : {1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000}) {
    fail(now);
    EXPECT_EQ(turn.care_at(), now + wait);
    now = turn.care_at();
  }
  (void)turn.is_due(true, now);
  fail(now);
  EXPECT_EQ(turn.care_at(), now + 1'000) << "it is back";
}

// Failures of other days, each of them mended: found by the simulation, seed 210473.
TEST(PathTurn, IsDueSoonWhenItFailsOnceMoreAfterItWorked) {
  PathTurn turn;
  for (int day = 0; day < 10; ++day) {
    (void)turn.on_event(care(PathCare::Hold), kNow);
    (void)turn.on_event(answer(Kind::LimitSet, false), kNow);
    EXPECT_EQ(turn.care_at(), kNow + 1'000);
    (void)turn.on_event(care(PathCare::Hold), kNow);
    (void)turn.on_event(answer(Kind::LimitSet, true), kNow);
  }
}

// Of two paths one is given up by a client: the other one is the last from then on.
TEST(PathTurn, IsDueOnceWhenItsSessionIsNotKeptAnyMore) {
  PathTurn turn = looked_for();
  turn.end();
  EXPECT_FALSE(turn.taken_away());
  EXPECT_TRUE(turn.is_due(false, kNow + 1));
  EXPECT_FALSE(turn.is_due(false, kNow + 2));
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandOver, true), kNow).kind, What::Nothing)
      << "of a session that is gone";
}

TEST(PathTurn, TakesADiskThatIsThereAlready) {
  PathTurn turn;
  turn.begin(false);
  EXPECT_EQ(turn.on_event(care(PathCare::BringBack), kNow).kind, What::SetLimit);
  EXPECT_EQ(turn.on_event(answer(Kind::LimitSet, true), kNow).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, true), kNow).kind, What::UseDisk);
  EXPECT_FALSE(turn.taken_away());
  EXPECT_EQ(turn.care_at(), kNow + 1'000) << "for its limit";
}

// The errand is done, and there is no disk.
void look_in_vain(PathTurn& turn, Millis now) {
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandOver, true), now).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, false), now).kind, What::Nothing);
  EXPECT_TRUE(turn.taken_away());
}

void send_again(PathTurn& turn, Millis now) {
  EXPECT_EQ(turn.on_event({.care = PathCare::BringBack}, now).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, false), now).kind, What::LookFor);
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandSent, true), now).kind, What::Nothing);
}

TEST(PathTurn, LooksForADiskSoonAtFirstAndThenEachHour) {
  PathTurn turn = looked_for();
  for (int look = 0; look < 60; ++look) {
    look_in_vain(turn, kNow);
    EXPECT_EQ(turn.care_at(), kNow + 1'000);
    send_again(turn, kNow);
  }
  look_in_vain(turn, kNow);
  EXPECT_EQ(turn.care_at(), kNow + 3'600'000);
  (void)turn.is_due(false, kNow);
  (void)turn.is_due(true, kNow);
  send_again(turn, kNow);
  look_in_vain(turn, kNow);
  EXPECT_EQ(turn.care_at(), kNow + 1'000) << "each time that it is back";
}

// The path was back, and then the machine slept: found by the simulation, seed 4233278753.
TEST(PathTurn, LooksForADiskSoonAfterAMachineHasSlept) {
  PathTurn turn = looked_for();
  for (const Millis later : {0, 600'000, 7'200'000}) {
    look_in_vain(turn, kNow + later);
    EXPECT_EQ(turn.care_at(), kNow + later + 1'000);
    send_again(turn, kNow + later);
  }
}

// A process that somebody kills, or a kernel that refuses: there is a hurry as before.
TEST(PathTurn, LooksForADiskAgainSoonWhenTheErrandFailed) {
  PathTurn turn = looked_for();
  const Millis now = kNow + 3'600'000;
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandOver, false), now).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, false), now).kind, What::Nothing);
  EXPECT_EQ(turn.care_at(), now + 1'000);
  EXPECT_EQ(turn.on_event({.care = PathCare::BringBack}, now).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, false), now).kind, What::LookFor);
}

TEST(PathTurn, SendsNoSecondErrandWhileOneIsUnderWay) {
  for (PathTurn turn : {looked_for(), being_taken_away()}) {
    EXPECT_EQ(turn.on_event(care(PathCare::BringBack), kNow).kind, What::Nothing);
    PathTurn::Event others = answer(Kind::ErrandOver, true);
    others.errand = 8;
    EXPECT_EQ(turn.on_event(others, kNow).kind, What::Nothing);
    (void)turn.on_event(answer(Kind::ErrandOver, false), kNow);
    EXPECT_NE(turn.on_event(answer(Kind::DiskSeen, true), kNow).kind, What::Nothing) << "asked";
  }
}

// It is asked for anew when it is back.
TEST(PathTurn, KnowsNothingOfADiskWhoseSessionIsLostWhenTheErrandIsOver) {
  PathTurn turn = looked_for();
  PathTurn::Event over = answer(Kind::ErrandOver, true);
  over.carried = false;
  EXPECT_EQ(turn.on_event(over, kNow).kind, What::Nothing);
  EXPECT_EQ(turn.on_event({.care = PathCare::BringBack}, kNow).kind, What::LookAtDisk);
}

TEST(PathTurn, BringsADiskBackAtOnceWhoseSessionCameBackWhileItWasTakenAway) {
  PathTurn turn = being_taken_away();
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandOver, true), kNow).kind, What::Nothing);
  EXPECT_EQ(turn.care_at(), kNow);
  EXPECT_TRUE(turn.taken_away());
}

// An errand that fails says nothing of the disk: its process may have been killed when it was done,
// and what is not there cannot be taken away again and again.
TEST(PathTurn, LooksWhetherADiskIsThereThatWasNotTakenAway) {
  PathTurn there = being_taken_away();
  EXPECT_EQ(there.on_event(answer(Kind::ErrandOver, false), kNow).kind, What::LookAtDisk);
  EXPECT_EQ(there.on_event(answer(Kind::DiskSeen, true), kNow).kind, What::UseDisk);
  EXPECT_FALSE(there.taken_away());
  EXPECT_EQ(there.care_at(), kNow + 1'000);

  PathTurn gone = being_taken_away();
  EXPECT_EQ(gone.on_event(answer(Kind::ErrandOver, false), kNow).kind, What::LookAtDisk);
  EXPECT_EQ(gone.on_event(answer(Kind::DiskSeen, false), kNow).kind, What::Nothing);
  EXPECT_TRUE(gone.taken_away());
  EXPECT_EQ(gone.care_at(), kNow) << "it is brought back";
}

// It was forgotten for an errand that nobody carries out.
TEST(PathTurn, UsesADiskAgainWhoseErrandCouldNotBeSent) {
  PathTurn turn;
  turn.begin(true);
  (void)turn.on_event(care(PathCare::Release), kNow);
  (void)turn.on_event(answer(Kind::DiskForgotten, true), kNow);
  EXPECT_EQ(turn.on_event(answer(Kind::ErrandSent, false), kNow).kind, What::LookAtDisk);
  EXPECT_EQ(turn.on_event(answer(Kind::DiskSeen, true), kNow).kind, What::UseDisk);
  EXPECT_FALSE(turn.taken_away());
  EXPECT_EQ(turn.care_at(), kNow + 1'000) << "it is tried again";
}

// Both were killed, the keeper and its errand: I/O would wait at the lost path.
TEST(PathTurn, LooksWhetherADiskIsThereThatAKeeperBeforeWantedToTakeAway) {
  PathTurn turn;
  turn.begin(false);
  EXPECT_EQ(turn.on_event(care(PathCare::Leave), kNow).kind, What::LookAtDisk);
  PathTurn::Event seen = answer(Kind::DiskSeen, true);
  seen.carried = false;
  EXPECT_EQ(turn.on_event(seen, kNow).kind, What::UseDisk);
  EXPECT_FALSE(turn.taken_away());
  EXPECT_EQ(turn.care_at(), kNow + 1'000);
}

TEST(Paths, AreAllDueWhenOneIs) {
  Paths paths;
  std::array<bool, kMaxKept> carried{};
  EXPECT_FALSE(paths.are_due(carried, kNow));
  (void)paths[1].on_event({.care = PathCare::Wait, .since = kNow}, kNow);
  EXPECT_EQ(paths.care_at(), kNow + 5'000);
  carried[3] = true;
  EXPECT_TRUE(paths.are_due(carried, kNow));
  EXPECT_EQ(paths.care_at(), kNever) << "each says anew when it is due again";
  EXPECT_FALSE(paths.are_due(carried, kNow));
}

}  // namespace
}  // namespace isboot::keep
