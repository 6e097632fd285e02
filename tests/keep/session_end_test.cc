#include "core/keep/session_end.h"

#include <gtest/gtest.h>

namespace isboot::keep {
namespace {

using Do = SessionEnd::Do;
using Event = SessionEnd::Event;
using State = SessionEnd::State;

constexpr Millis kNow = 1'000;
constexpr Millis kLimit = kNow + 30'000;

class SessionEndTest : public ::testing::Test {
protected:
  void begin() { ASSERT_EQ(end_.begin(kLimit), Do::Unbind); }
  Do on(Event event, Millis now = kNow) { return end_.on_event(event, carried_, now); }

  SessionEnd end_;
  bool carried_ = true;
};

TEST_F(SessionEndTest, TakesTheDisksAwayLogsOutAndDestroys) {
  begin();
  EXPECT_EQ(end_.state(), State::Unbinding);
  EXPECT_EQ(on(Event::Unbound), Do::LogOut);
  EXPECT_EQ(end_.state(), State::LoggingOut);
  EXPECT_EQ(on(Event::SaidGoodbye), Do::Destroy);
  EXPECT_EQ(end_.state(), State::Over);
  EXPECT_EQ(end_.deadline(), kNever);
}

TEST_F(SessionEndTest, SaysNoGoodbyeWithoutAConnection) {
  begin();
  carried_ = false;
  EXPECT_EQ(on(Event::Unbound), Do::Destroy);
}

TEST_F(SessionEndTest, DoesNotWaitLongForTheGoodbye) {
  begin();
  (void)on(Event::Unbound);
  EXPECT_EQ(end_.deadline(), kNow + 5'000);
  EXPECT_EQ(on(Event::Time, kNow + 4'999), Do::Nothing);
  EXPECT_EQ(on(Event::Time, kNow + 5'000), Do::Destroy);
}

TEST_F(SessionEndTest, EndsWhenTheGoodbyeCannotBeSaid) {
  begin();
  (void)on(Event::Unbound);
  EXPECT_EQ(on(Event::Refused), Do::Destroy);
}

TEST_F(SessionEndTest, LooksOnceMoreAtTheLimitAndThenFailsWhatWaits) {
  begin();
  EXPECT_EQ(on(Event::StillBound), Do::Nothing);
  EXPECT_EQ(on(Event::Time, kLimit - 1), Do::Nothing);
  EXPECT_EQ(on(Event::Time, kLimit), Do::Look);
  EXPECT_TRUE(end_.under_way());
  EXPECT_EQ(on(Event::StillBound, kLimit), Do::Fail);
  EXPECT_EQ(end_.state(), State::Over);
}

// The kernel's notice was lost: nothing is said to be lost that was written.
TEST_F(SessionEndTest, SeesAtTheLimitThatTheDisksAreGone) {
  begin();
  (void)on(Event::Time, kLimit);
  EXPECT_EQ(on(Event::Unbound, kLimit), Do::Destroy);
}

TEST_F(SessionEndTest, DoesNotDependOnTheLastLook) {
  begin();
  (void)on(Event::Time, kLimit);
  EXPECT_EQ(on(Event::Time, end_.deadline()), Do::Fail);
}

TEST_F(SessionEndTest, AsksTheKernelAgainThatDidNotTakeIt) {
  begin();
  EXPECT_EQ(on(Event::Refused), Do::Nothing);
  EXPECT_EQ(end_.deadline(), kNow + 1'000);
  EXPECT_EQ(on(Event::Time, kNow + 1'000), Do::Unbind);
  EXPECT_EQ(end_.deadline(), kLimit);
  EXPECT_EQ(on(Event::Refused, kLimit - 10), Do::Nothing);
  EXPECT_EQ(end_.deadline(), kLimit);
}

TEST_F(SessionEndTest, LeavesTheDisksToAMachineThatEnds) {
  EXPECT_EQ(end_.begin_with_machine(kLimit, true, kNow), Do::LogOut);
  EXPECT_TRUE(end_.has_said_goodbye());
  EXPECT_EQ(on(Event::Unbound), Do::Nothing);
  EXPECT_EQ(on(Event::SaidGoodbye), Do::Leave);
  EXPECT_EQ(end_.state(), State::Over);
}

TEST_F(SessionEndTest, LeavesThemAlsoWhenTheGoodbyeCannotBeSaidOrIsNotAnswered) {
  (void)end_.begin_with_machine(kLimit, true, kNow);
  EXPECT_EQ(on(Event::Refused), Do::Leave);
  SessionEnd other;
  (void)other.begin_with_machine(kLimit, true, kNow);
  EXPECT_EQ(other.on_event(Event::Time, true, kNow + 4'999), Do::Nothing);
  EXPECT_EQ(other.on_event(Event::Time, true, kNow + 5'000), Do::Leave);
}

TEST_F(SessionEndTest, WaitsUntilTheLimitForATargetThatIsToBeToldOfTheMachinesEnd) {
  EXPECT_EQ(end_.begin_with_machine(kLimit, false, kNow), Do::Nothing);
  EXPECT_TRUE(end_.under_way());
  EXPECT_FALSE(end_.has_said_goodbye()) << "it is to be brought back";
  EXPECT_EQ(on(Event::Time, kLimit - 1), Do::Nothing);
  EXPECT_EQ(on(Event::Carried, kLimit - 1), Do::LogOut);
  EXPECT_EQ(end_.deadline(), kLimit);
  SessionEnd other;
  (void)other.begin_with_machine(kLimit, false, kNow);
  EXPECT_EQ(other.deadline(), kLimit);
  EXPECT_EQ(other.on_event(Event::Time, false, kLimit), Do::Look);
  EXPECT_EQ(other.on_event(Event::StillBound, false, kLimit), Do::Fail);
}

// An end that was begun before took them away: nothing is lost.
TEST_F(SessionEndTest, OfTheMachineLosesNothingWhenTheDisksAreGoneAlready) {
  (void)end_.begin_with_machine(kLimit, false, kNow);
  EXPECT_EQ(on(Event::Time, kLimit), Do::Look);
  EXPECT_EQ(on(Event::Unbound, kLimit), Do::Destroy);
}

TEST_F(SessionEndTest, IsNotDisturbedByWhatDoesNotFit) {
  for (const Event event : {Event::Unbound, Event::StillBound, Event::Carried, Event::SaidGoodbye,
                            Event::Refused, Event::Time})
    EXPECT_EQ(on(event), Do::Nothing) << "before it begins";
  EXPECT_EQ(end_.state(), State::None);
  begin();
  EXPECT_EQ(on(Event::SaidGoodbye), Do::Nothing);
  EXPECT_EQ(on(Event::Carried), Do::Nothing);
  (void)on(Event::Unbound);
  EXPECT_EQ(on(Event::Unbound), Do::Nothing);
  EXPECT_EQ(on(Event::StillBound), Do::Nothing);
  (void)on(Event::SaidGoodbye);
  for (const Event event : {Event::Unbound, Event::SaidGoodbye, Event::Refused, Event::Time})
    EXPECT_EQ(on(event, kLimit * 2), Do::Nothing) << "after it is over";
}

}  // namespace
}  // namespace isboot::keep
