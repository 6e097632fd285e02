#include "tests/boot/session_fixture.h"

namespace isboot::boot {
namespace {

class SessionRecoveryTest : public SessionFixture {};

TEST_F(SessionRecoveryTest, RecoversWithTheCmdSnThatTheKernelCounts) {
  bring_up();
  const SessionStep recover = on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(recover.kind, Kind::Recover);
  EXPECT_EQ(session_->state(), SessionState::Lost);
  EXPECT_EQ(let_go(4711).kind, Kind::Connect);
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  EXPECT_EQ(login_cmd_sn_, 4711U);
  EXPECT_EQ(on(Event::handed_over()).kind, Kind::Carried);
  EXPECT_EQ(session_->logins(), 2U);
}

TEST_F(SessionRecoveryTest, AdoptsASessionThatTheKernelCarriesAndNeverGivesItUp) {
  EXPECT_EQ(on(Event::adopt(3)).kind, Kind::Carried);
  EXPECT_EQ(session_->state(), SessionState::HandedOver);
  now_ = 10 * limits_.give_up;
  EXPECT_EQ(on(Event::lost(Error{Errc::Closed, 0, ""})).kind, Kind::Recover);
  EXPECT_EQ(let_go(42).kind, Kind::Connect);
  EXPECT_EQ(on(Event::failed(Error{Errc::TimedOut, 0, ""})).kind, Kind::Wait);
  on(Event::due());
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  EXPECT_EQ(login_cmd_sn_, 42U);
}

TEST_F(SessionRecoveryTest, WaitsBeforeItReplacesALostSession) {
  struct {
    const char* name;
    std::vector<ScriptedReply> login;
    std::optional<std::uint16_t> said;  // by the target, with the loss
    Millis wait;
  } const kRows[] = {
      {"the protocol's default", testing::plain_login(), {}, kAgreed},
      {"as agreed on", testing::plain_login({"DefaultTime2Wait=5"}), {}, 5'000},
      {"agreed on none", testing::plain_login({"DefaultTime2Wait=0"}), {}, 0},
      {"what the target says", testing::plain_login({"DefaultTime2Wait=5"}), 7, 7'000},
      {"at once, it says", testing::plain_login({"DefaultTime2Wait=5"}), 0, 0},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    make();
    on(Event::start());
    log_in(row.login);
    on(Event::handed_over());
    const Millis lost_at = now_;
    on(Event::lost(Error{Errc::Closed, 0, "lost"}, row.said));
    now_ += 100;  // the kernel takes its time
    const SessionStep step = on(Event::recovered(1));
    EXPECT_EQ(step.kind, row.wait == 0 ? Kind::Connect : Kind::Wait);
    if (step.kind != Kind::Wait) continue;
    EXPECT_EQ(step.deadline, lost_at + row.wait);
    EXPECT_EQ(Text{step.error.text}, "lost");
    EXPECT_EQ(session_->tries(), 0U);
    now_ = step.deadline;
    EXPECT_EQ(on(Event::due()).kind, Kind::Connect);
  }
}

TEST_F(SessionRecoveryTest, WaitsNoLongerThanItTookToLetGo) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  now_ += kAgreed;
  EXPECT_EQ(on(Event::recovered(1)).kind, Kind::Connect);
}

TEST_F(SessionRecoveryTest, WaitsForAnAdoptedSessionAsItsLoginAgreed) {
  on(Event::adopt(3));
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(on(Event::recovered(1)).deadline, now_ + 3'000);
}

TEST_F(SessionRecoveryTest, LogsOutWhenTheTargetAsksForIt) {
  bring_up();
  const SessionStep step = on(Event::log_out(Error{Errc::Closed, 0, "asked"}));
  EXPECT_EQ(step.kind, Kind::LogOut);
  EXPECT_GT(step.deadline, now_);
  EXPECT_EQ(session_->state(), SessionState::LoggingOut);
  EXPECT_EQ(on(Event::logged_out(0)).kind, Kind::Recover);
  EXPECT_EQ(on(Event::recovered(9)).kind, Kind::Connect);  // at once: it said goodbye properly
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  EXPECT_EQ(login_cmd_sn_, 9U);
}

TEST_F(SessionRecoveryTest, WaitsAfterALogoutThatFailed) {
  const std::pair<Event, Millis> kEnds[] = {
      {Event::logged_out(4), 4'000},
      {Event::failed(Error{Errc::TimedOut, 0, "no answer"}), kAgreed},
      {Event::lost(Error{Errc::Closed, 0, "closed"}), kAgreed},
  };
  for (const auto& [end, wait] : kEnds) {
    make();
    bring_up();
    on(Event::log_out(Error{Errc::Closed, 0, "asked"}));
    EXPECT_EQ(on(end).kind, Kind::Recover);
    EXPECT_EQ(on(Event::recovered(1)).deadline, now_ + wait);
  }
}

TEST_F(SessionRecoveryTest, NeverGivesUpOnceItWasUp) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  let_go(2);
  now_ = 10 * limits_.give_up;
  for (int i = 0; i < 1000; ++i) {
    const SessionStep wait = on(Event::failed(Error{Errc::TimedOut, 0, ""}));
    ASSERT_EQ(wait.kind, Kind::Wait);
    ASSERT_GT(wait.deadline, now_);
    now_ = wait.deadline;
    ASSERT_EQ(on(Event::due()).kind, Kind::Connect);
  }
  EXPECT_EQ(log_in().kind, Kind::HandOver);
}

TEST_F(SessionRecoveryTest, KeepsTryingSlowlyWhenARecoveryIsRefusedForGood) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  let_go(2);
  const auto refused = [this] {
    const SessionStep wait = log_in({refusal(2, 1)});
    EXPECT_EQ(wait.kind, Kind::Wait);
    return wait.deadline - now_;
  };
  const auto after = [this](Millis span) {
    now_ += span;
    EXPECT_EQ(on(Event::due()).kind, Kind::Connect);
  };
  const Millis first = now_;
  while (now_ < first + 29'000) {  // the target may be about to learn its accounts
    const Millis wait = refused();
    ASSERT_LE(wait, 2'000U);
    after(wait);
  }
  now_ = first + 30'000;
  EXPECT_EQ(refused(), 30'000U);
  after(30'000);
  EXPECT_EQ(refused(), 30'000U);
  // The next loss starts with hope again.
  after(30'000);
  log_in();
  on(Event::handed_over());
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  let_go(3);
  EXPECT_LE(refused(), 2'000U);
}

TEST_F(SessionRecoveryTest, MakesTheKernelLetGoWhenTheHandOverFails) {
  on(Event::start());
  log_in();
  EXPECT_EQ(on(Event::failed(Error{Errc::Closed, 0, "closed after the login"})).kind,
            Kind::Recover);
  const SessionStep wait = on(Event::recovered(1));
  EXPECT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.error.code, Errc::Closed);
  EXPECT_GE(wait.deadline, now_ + kAgreed);
  EXPECT_EQ(on(Event::due()).kind, Kind::Connect);
}

TEST_F(SessionRecoveryTest, AsksTheKernelAgainWhenItDoesNotLetGo) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(on(Event::failed(Error{Errc::TimedOut, 0, "no answer"})).kind, Kind::Wait);
  EXPECT_EQ(on(Event::due()).kind, Kind::Recover);
}

// A target may say 65535 s, 18 hours of held I/O.
TEST_F(SessionRecoveryTest, WaitsForNoLongerThanAMinuteWhateverTheTargetSays) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, "goodbye"}, 65535));
  const SessionStep wait = on(Event::recovered(5));
  ASSERT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.deadline, now_ + 60'000);
}

}  // namespace
}  // namespace isboot::boot
