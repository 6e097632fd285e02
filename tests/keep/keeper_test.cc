#include "tests/keep/keeper_fixture.h"

namespace isboot::keep {
namespace {

TEST_F(KeeperTest, BringsASessionBackThatTheKernelSaysIsLost) {
  on_notice(Kind::ConnectionLost, kSecond);
  EXPECT_TRUE(last_.empty()) << "not ours";
  on_notice(Kind::ConnectionLost, kFirst);
  EXPECT_TRUE(does(Done::Lose, 0));
  EXPECT_EQ(keeper_.deadline(), kNever) << "nothing gives it up";
}

TEST_F(KeeperTest, LetsTheTargetSayHowTheSessionGoesOn) {
  struct {
    TargetNotice said;
    Done expected;
  } const kRows[] = {{{TargetNotice::Kind::LogOut, "please"}, Done::LogOut},
                     {{TargetNotice::Kind::Goodbye, "bye", 7}, Done::Lose},
                     {{TargetNotice::Kind::LoggedOut, "", 9}, Done::LoggedOut},
                     {{TargetNotice::Kind::Rejected, "no"}, Done::Say}};
  for (const auto& row : kRows) {
    on({.kind = Kind::TargetSaid, .session = kFirst, .said = row.said});
    ASSERT_EQ(last_.count, 1U);
    EXPECT_EQ(last_[0].kind, row.expected);
    EXPECT_EQ(last_[0].time2wait.value_or(0), row.said.time2wait);
  }
  on({.kind = Kind::TargetSaid, .session = kFirst, .said = {}});
  EXPECT_TRUE(last_.empty());
}

TEST_F(KeeperTest, TellsNowAndThenWhatATargetSaysWithoutEnd) {
  const Event rejected{
      .kind = Kind::TargetSaid, .session = kFirst, .said = {TargetNotice::Kind::Rejected, "no"}};
  on(rejected);
  EXPECT_TRUE(does(Done::Say, 0));
  now_ += 59'999;
  on(rejected);
  EXPECT_TRUE(last_.empty());
  now_ += 1;
  on(rejected);
  EXPECT_TRUE(does(Done::Say, 0));
}

// Who speaks to the kernel as we do can do that: the next session of its own may get the number.
TEST_F(KeeperTest, TouchesNothingOfASessionThatSomebodyElseHasEnded) {
  begin(kSecond);
  connect(0);
  on(Kind::SomeGone);
  EXPECT_TRUE(does(Done::Look, 0));
  EXPECT_TRUE(does(Done::Look, 1));
  on({.kind = Kind::Sight, .slot = 1, .carried = true, .bound = true});
  EXPECT_TRUE(last_.empty());
  ask_for_the_end(0, kFirst);
  on({.kind = Kind::Sight, .slot = 0, .gone = true});
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_TRUE(does(Done::Answer));
  for (const Done act : {Done::Destroy, Done::Lose, Done::SayGoodbye, Done::Unbind})
    EXPECT_FALSE(does(act));
  EXPECT_EQ(keeper_.slot_of(kFirst), std::nullopt);
  EXPECT_EQ(keeper_.kept(), 1U);
}

TEST_F(KeeperTest, SaysThatItDoesNotWaitForHours) {
  on({.kind = Kind::TargetSaid,
      .session = kFirst,
      .said = {TargetNotice::Kind::Goodbye, "bye", 65535}});
  EXPECT_NE(said_.find("for longer than 60 s"), std::string::npos);
}

// Newer kernels shut a file system down whose disk goes, also a read-only one.
TEST_F(KeeperTest, LeavesTheDisksWhereTheyAreWhenTheMachineEnds) {
  begin(kSecond);
  on({.kind = Kind::Lost, .slot = 1});
  connect(0);
  ask_for_the_end(0, kAllSessions, MachineEnd::Reboot);
  EXPECT_FALSE(does(Done::Unbind));
  EXPECT_TRUE(does(Done::SayGoodbye, 0));
  on({.kind = Kind::TargetSaid, .session = kFirst, .said = {TargetNotice::Kind::LoggedOut, "", 0}});
  EXPECT_TRUE(does(Done::Leave, 0));
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_FALSE(does(Done::Destroy));
  on({.kind = Kind::Carried, .slot = 1});
  EXPECT_TRUE(does(Done::SayGoodbye, 1)) << "it came back in time";
  on_notice(Kind::ConnectionLost, kSecond);
  EXPECT_TRUE(does(Done::Leave, 1));
  EXPECT_EQ(over_, MachineEnd::Reboot);
}

TEST_F(KeeperTest, LooksForEachSessionWhenNoticesWereDroppedAndOnceMore) {
  begin(kSecond);
  on(Kind::NoticesDropped);
  EXPECT_TRUE(does(Done::Look, 0));
  EXPECT_TRUE(does(Done::Look, 1));
  on({.kind = Kind::Sight, .slot = 0, .carried = true, .bound = true});
  EXPECT_TRUE(last_.empty());
  on({.kind = Kind::Sight, .slot = 1, .carried = false, .bound = true});
  EXPECT_TRUE(does(Done::Lose, 1));
  wait();
  EXPECT_TRUE(does(Done::Look, 0)) << "the kernel blocks a session only a moment later";
  EXPECT_EQ(keeper_.deadline(), kNever);
}

// Without that it costs the whole limit, the goodbye, and a false word of data lost.
TEST_F(KeeperTest, SeesThatTheDisksAreGoneWhenThatNoticeWasDropped) {
  connect(0);
  ask_for_the_end(0);
  on(Kind::NoticesDropped);
  on({.kind = Kind::Sight, .slot = 0, .carried = true, .bound = false});
  EXPECT_TRUE(does(Done::SayGoodbye, 0));
  on_notice(Kind::ConnectionLost, kFirst);
  EXPECT_EQ(over_, MachineEnd::Stay);
  EXPECT_EQ(said_.find("is lost"), std::string::npos);
}

TEST_F(KeeperTest, GivesALostSessionUpWhenTheEndStandsAndEndsTheMachineItself) {
  announce(MachineEnd::Reboot);
  EXPECT_TRUE(does(Done::SayTheEnd));
  EXPECT_EQ(keeper_.deadline(), 1'000 + AnnouncedEnd::kStandsFor) << "the target is there";
  lose();
  wait();
  EXPECT_EQ(now_, 31'000U);
  ASSERT_TRUE(does(Done::AskTheInit));
  EXPECT_FALSE(does(Done::AskTheEnd)) << "it has time for its answer";
  wait();
  EXPECT_EQ(now_, 33'000U);
  ASSERT_TRUE(does(Done::AskTheEnd));
  EXPECT_FALSE(does(Done::Destroy)) << "not before the answer";
  on(Kind::EndAsked);
  EXPECT_TRUE(does(Done::Destroy, 0));
  EXPECT_FALSE(over_) << "systemd may end it by itself now";
  wait();
  ASSERT_TRUE(does(Done::AskTheInit)) << "it may go on meanwhile";
  wait();
  ASSERT_TRUE(does(Done::AskTheEnd));
  on(Kind::EndAsked);
  EXPECT_EQ(now_, 45'000U);
  EXPECT_EQ(over_, MachineEnd::Reboot);
}

TEST_F(KeeperTest, TouchesNothingWhenTheEndWasTakenBack) {
  announce(MachineEnd::Reboot);
  lose();
  wait();
  on({.kind = Kind::TakenBack, .then = MachineEnd::Reboot});
  wait();
  on(Kind::EndAsked);
  EXPECT_FALSE(does(Done::Destroy));
  EXPECT_EQ(keeper_.deadline(), kNever);
}

TEST_F(KeeperTest, DoesNotEndAMachineWhoseEndIsTakenBackAfterTheSessionWasGivenUp) {
  announce(MachineEnd::Reboot);
  lose();
  wait();
  on(Kind::EndAsked);
  on({.kind = Kind::TakenBack, .then = MachineEnd::Reboot});
  EXPECT_EQ(over_, MachineEnd::Stay);
}

// The machine was stopped for hours between the two: found by the simulation, seed 58.
TEST_F(KeeperTest, DoesNotTakeAnOldEndForOneThatStandsBecauseItComesLate) {
  announce(MachineEnd::Reboot);
  lose();
  now_ += AnnouncedEnd::kStandsFor;
  on(Kind::Time);
  EXPECT_FALSE(does(Done::AskTheEnd));
  on(Kind::EndAsked);
  EXPECT_FALSE(does(Done::Destroy));
  EXPECT_EQ(keeper_.deadline(), kNever);
}

// `systemctl cancel`: systemd holds that way again when it is asked, and tells of the next end.
TEST_F(KeeperTest, HasAWayHeldAgainWhoseEndIsTooOldToStand) {
  announce(MachineEnd::Reboot);
  wait();
  EXPECT_EQ(now_, 1'000 + AnnouncedEnd::kStandsFor);
  EXPECT_TRUE(does(Done::AskTheInit));
  wait();
  EXPECT_TRUE(does(Done::AskTheEnd));
  on({.kind = Kind::TakenBack, .then = MachineEnd::Reboot});
  on(Kind::EndAsked);
  EXPECT_EQ(keeper_.deadline(), kNever);
  announce(MachineEnd::Reboot);
  EXPECT_TRUE(does(Done::SayTheEnd));
}

TEST_F(KeeperTest, DoesNotTurnWithoutPauseWhenAnotherSessionLivesOn) {
  begin(kSecond);
  announce(MachineEnd::Reboot);
  lose();
  wait();
  on(Kind::EndAsked);
  EXPECT_EQ(keeper_.kept(), 1U);
  EXPECT_EQ(keeper_.deadline(), 1'000 + AnnouncedEnd::kStandsFor);
}

// Root's target is away for good, the other disk's is there: systemd cannot run its last program.
TEST_F(KeeperTest, EndsTheMachineItselfThoughAnotherSessionLivesOnceTheInitHasEndedAllElse) {
  begin(kSecond);
  announce(MachineEnd::Reboot);
  lose();
  wait();
  on(Kind::EndAsked);
  EXPECT_TRUE(does(Done::Destroy, 0));
  now_ += 90'000;
  on({.kind = Kind::Announced, .ways = {true, true, true, true, true}});
  const Millis let_go_at = now_;
  wait();
  ASSERT_TRUE(does(Done::AskTheInit));
  wait();
  on(Kind::EndAsked);
  EXPECT_EQ(now_, let_go_at + 47'000);
  EXPECT_EQ(over_, MachineEnd::Reboot);
  EXPECT_FALSE(does(Done::Destroy)) << "what is on the other disk is still to be written back";
}

TEST_F(KeeperTest, LeavesItToTheInitHoweverLongItsLastProgramTakesWhileNoSessionWasGivenUp) {
  announce(MachineEnd::Reboot);
  on({.kind = Kind::Announced, .ways = {true, true, true, true, true}});
  EXPECT_EQ(keeper_.deadline(), 1'000 + AnnouncedEnd::kStandsFor);
}

TEST_F(KeeperTest, EndsTheMachineItselfThoughAnotherKeeperGaveTheSessionUp) {
  announce(MachineEnd::Reboot);
  lose();
  wait();
  on(Kind::EndAsked);
  EXPECT_TRUE(does(Done::Destroy, 0));
  Keeper next{announced_};
  EXPECT_TRUE(next.on_event({.kind = Kind::Time}, now_ + 1).empty());
  now_ = next.deadline();
  (void)next.on_event({.kind = Kind::Time}, now_);
  const Actions last = next.on_event({.kind = Kind::EndAsked}, now_ + Keeper::kAnswersWithin);
  ASSERT_EQ(last.count, 1U);
  EXPECT_EQ(last[0].kind, Done::Over);
  EXPECT_EQ(last[0].then, MachineEnd::Reboot);
}

// All is let go of as the end becomes too old to stand.
TEST_F(KeeperTest, KeepsTheOtherSessionWhenNoEndStandsAnyMore) {
  begin(kSecond);
  announce(MachineEnd::Reboot);
  lose();
  wait();
  on(Kind::EndAsked);
  now_ = 1'000 + AnnouncedEnd::kStandsFor - 30'000;
  on({.kind = Kind::Announced, .ways = {true, true, true, true, true}});
  while (keeper_.deadline() != kNever) {
    wait();
    if (does(Done::AskTheEnd)) on(Kind::EndAsked);
  }
  EXPECT_FALSE(over_);
  EXPECT_EQ(keeper_.kept(), 1U);
}

TEST(KeeperWithoutSessions, WaitsForAClientThatMayBringOne) {
  AnnouncedEnd announced;
  Keeper keeper{announced};
  EXPECT_TRUE(keeper.on_event({.kind = Kind::ClientCame, .client = 0}, 0).empty());
  const Actions gone = keeper.on_event({.kind = Kind::ClientLeft, .client = 0}, 0);
  ASSERT_EQ(gone.count, 1U);
  EXPECT_EQ(gone[0].kind, Done::Over);
}

// Six sessions, for which four clients wait, are given up at once.
TEST_F(KeeperTest, HasRoomForAllThatOneEventMayTake) {
  while (keeper_.free_slot()) begin(SessionId{static_cast<std::uint32_t>(10 + keeper_.kept())});
  for (std::size_t client = 0; client < kMaxClients; ++client) {
    connect(client);
    ask_for_the_end(client);
  }
  EXPECT_FALSE(last_.full());
  now_ = 31'000;
  on(Kind::Time);
  std::size_t longest = last_.count;
  now_ += 1'000;
  on(Kind::Time);
  longest = std::max(longest, last_.count);
  EXPECT_LT(longest, last_.items.size());
  EXPECT_EQ(over_, MachineEnd::Stay);
}

}  // namespace
}  // namespace isboot::keep
