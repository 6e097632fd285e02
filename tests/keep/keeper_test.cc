#include "core/keep/keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace isboot::keep {
namespace {

using Kind = Event::Kind;
using Done = Action::Kind;

constexpr SessionId kFirst{3};
constexpr SessionId kSecond{4};

class KeeperTest : public ::testing::Test {
protected:
  KeeperTest() {
    keeper_.set_end_limit(30'000);
    begin(kFirst);
  }

  Actions on(const Event& event) {
    last_ = keeper_.on_event(event, now_);
    for (const Action& action : last_) {
      if (action.kind == Done::Say) said_ += std::string{action.text} + "\n";
      if (action.kind == Done::Over) over_ = action.then;
    }
    return last_;
  }
  Actions on(Kind kind, std::size_t slot = 0) { return on(Event{.kind = kind, .slot = slot}); }
  Actions on_notice(Kind kind, SessionId session) {
    return on(Event{.kind = kind, .session = session});
  }
  void begin(SessionId session) {
    on({.kind = Kind::Began, .slot = *keeper_.free_slot(), .session = session, .carried = true});
  }
  void connect(std::size_t client) { on({.kind = Kind::ClientCame, .client = client}); }
  Actions ask_for_the_end(std::size_t client, SessionId session = kAllSessions,
                          MachineEnd then = MachineEnd::Stay) {
    return on({.kind = Kind::EndRequested,
               .client = client,
               .session = session,
               .limit = 30'000,
               .then = then});
  }
  void announce(MachineEnd way) {
    AnnouncedEnd::Ways ways{};
    ways[static_cast<std::size_t>(way)] = true;
    on({.kind = Kind::Announced, .ways = ways});
  }
  void lose() {
    on_notice(Kind::ConnectionLost, kFirst);
    on(Kind::Lost);
  }
  // deadline() comes.
  Actions wait() {
    now_ = keeper_.deadline();
    return on(Kind::Time);
  }
  bool does(Done kind, std::size_t slot = Action::kNone) const {
    return std::any_of(last_.begin(), last_.end(), [=](const Action& action) {
      return action.kind == kind && (slot == Action::kNone || action.slot == slot);
    });
  }

  Millis now_ = 1'000;
  AnnouncedEnd announced_;
  Keeper keeper_{announced_};
  Actions last_;
  std::string said_;
  std::optional<MachineEnd> over_;
};

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

TEST_F(KeeperTest, EndsASessionThatAClientWantsToEndAndAnswersOnce) {
  connect(0);
  ask_for_the_end(0, kFirst);
  EXPECT_TRUE(does(Done::Unbind, 0));
  EXPECT_TRUE(keeper_.ends(0));
  on_notice(Kind::Unbound, kFirst);
  EXPECT_TRUE(does(Done::SayGoodbye, 0));
  EXPECT_FALSE(does(Done::Answer));
  on({.kind = Kind::TargetSaid, .session = kFirst, .said = {TargetNotice::Kind::LoggedOut, "", 0}});
  EXPECT_TRUE(does(Done::Destroy, 0));
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_EQ(std::count_if(last_.begin(), last_.end(),
                          [](const Action& action) { return action.kind == Done::Answer; }),
            1);
  EXPECT_EQ(over_, MachineEnd::Stay);
  EXPECT_TRUE(on(Kind::Time).empty()) << "nothing comes after the end";
}

TEST_F(KeeperTest, WaitsForEachOfTheSessionsThatAClientWantsToEnd) {
  begin(kSecond);
  connect(0);
  connect(1);
  ask_for_the_end(0);
  ask_for_the_end(1, kSecond);
  EXPECT_FALSE(does(Done::Unbind)) << "it ends already";
  on({.kind = Kind::Lost, .slot = 1});
  on_notice(Kind::Unbound, kSecond);
  ASSERT_TRUE(does(Done::Answer));
  EXPECT_EQ(std::find_if(last_.begin(), last_.end(),
                         [](const Action& action) { return action.kind == Done::Answer; })
                ->client,
            1U);
  EXPECT_FALSE(over_);
}

TEST_F(KeeperTest, RefusesToEndWhatItDoesNotKeep) {
  connect(0);
  ask_for_the_end(0, kSecond, MachineEnd::PowerOff);
  ASSERT_EQ(last_.count, 1U);
  EXPECT_FALSE(last_[0].done);
  connect(1);
  ask_for_the_end(1);
  on(Kind::Lost);
  on_notice(Kind::Unbound, kFirst);
  EXPECT_EQ(over_, MachineEnd::Stay) << "what was refused counts for nothing";
}

// `detach` while `keep --shutdown --then poweroff` is under way.
TEST_F(KeeperTest, KeepsTheEndOfTheMachineThatSomebodyElseAskedFor) {
  connect(0);
  connect(1);
  ask_for_the_end(0, kAllSessions, MachineEnd::PowerOff);
  ask_for_the_end(1, kFirst);
  on_notice(Kind::ConnectionLost, kFirst);
  EXPECT_EQ(over_, MachineEnd::PowerOff);
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

TEST_F(KeeperTest, LetsGoOfAllAndAnswersWhoeverWaited) {
  connect(0);
  connect(1);
  ask_for_the_end(0);
  on({.kind = Kind::ReleaseRequested, .client = 1});
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_FALSE(does(Done::Destroy));
  std::vector<std::pair<std::size_t, bool>> answers;
  for (const Action& action : last_)
    if (action.kind == Done::Answer) answers.emplace_back(action.client, action.done);
  EXPECT_EQ(answers, (std::vector<std::pair<std::size_t, bool>>{{0, false}, {1, true}}));
  EXPECT_EQ(over_, MachineEnd::Stay);
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
