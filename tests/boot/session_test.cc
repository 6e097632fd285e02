#include "core/boot/session.h"

#include <gtest/gtest.h>

#include <set>

#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/scripted_target.h"

namespace isboot::boot {
namespace {

using testing::ScriptedReply;
using Event = SessionEvent;
using Kind = SessionStep::Kind;

const Portal kHome{IpAddress::v4(10, 0, 2, 2), 3260};
// RFC 7143 section 13.15: the default of DefaultTime2Wait, which a target that says nothing keeps.
constexpr Millis kAgreed = 2'000;
const Portal kOther{IpAddress::v4(10, 0, 2, 3), 3261};

ScriptedReply refusal(std::uint8_t status_class, std::uint8_t detail,
                      const std::vector<std::string>& pairs = {}) {
  ScriptedReply reply;
  reply.status_class = status_class;
  reply.status_detail = detail;
  reply.text = testing::text_of(pairs);
  return reply;
}

class SessionTest : public ::testing::Test {
protected:
  SessionTest() {
    (void)config_.initiator_name.assign("iqn.2026-11.org.example:host");
    (void)config_.target_name.assign("iqn.2026-11.org.example:disk");
    limits_.give_up = 120'000;
    make();
  }

  void make() { session_.emplace(kHome, config_, limits_, hash_, entropy_); }
  SessionStep on(const Event& event) { return session_->on_event(event, now_); }

  // Plays `script` against the session, which is about to send its first request.
  SessionStep play(SessionStep step, std::vector<ScriptedReply> script) {
    testing::ScriptedTarget target{std::move(script)};
    std::vector<std::uint8_t> stream;
    while (step.kind == Kind::Send || step.kind == Kind::Receive) {
      if (step.kind == Kind::Send) stream = target.respond(step.send);
      if (stream.empty()) return on(Event::failed(Error{Errc::Closed, 0, "closed"}));
      const std::size_t count = std::min(step.wanted, stream.size());
      const std::vector<std::uint8_t> piece{stream.begin(),
                                            stream.begin() + static_cast<std::ptrdiff_t>(count)};
      stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(count));
      step = on(Event::received(piece));
    }
    if (!target.requests().empty()) login_cmd_sn_ = target.requests()[0].be32(24);
    return step;
  }
  SessionStep log_in(std::vector<ScriptedReply> script = testing::plain_login()) {
    return play(on(Event::connected()), std::move(script));
  }
  // The kernel lets go, and the time that was agreed on passes.
  SessionStep let_go(std::uint32_t cmd_sn) {
    const SessionStep step = on(Event::recovered(cmd_sn));
    if (step.kind != Kind::Wait) return step;
    now_ = step.deadline;
    return on(Event::due());
  }
  void bring_up() {
    on(Event::start());
    ASSERT_EQ(log_in().kind, Kind::HandOver);
    ASSERT_EQ(on(Event::handed_over()).kind, Kind::Carried);
  }

  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  iscsi::LoginConfig config_;
  SessionLimits limits_;
  Millis now_ = 1000;
  std::uint32_t login_cmd_sn_ = 0;
  std::optional<Session> session_;
};

TEST_F(SessionTest, ConnectsLogsInAndHandsOver) {
  EXPECT_EQ(session_->state(), SessionState::Created);
  const SessionStep connect = on(Event::start());
  EXPECT_EQ(connect.kind, Kind::Connect);
  EXPECT_EQ(connect.portal, kHome);
  EXPECT_EQ(connect.deadline, now_ + limits_.connect);
  EXPECT_EQ(session_->state(), SessionState::Connecting);
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  EXPECT_EQ(session_->state(), SessionState::HandingOver);
  EXPECT_EQ(login_cmd_sn_, 1U);
  EXPECT_EQ(on(Event::handed_over()).kind, Kind::Carried);
  EXPECT_EQ(session_->state(), SessionState::HandedOver);
  EXPECT_EQ(session_->logins(), 1U);
}

TEST_F(SessionTest, GivesEachLoginResponseItsTime) {
  on(Event::start());
  const SessionStep step = on(Event::connected());
  EXPECT_EQ(step.kind, Kind::Send);
  EXPECT_EQ(step.deadline, now_ + limits_.answer);
}

TEST_F(SessionTest, TriesAgainAfterAWaitWhenTheTargetIsAway) {
  on(Event::start());
  const SessionStep wait = on(Event::failed(Error{Errc::TimedOut, 0, "no answer"}));
  EXPECT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.error.code, Errc::TimedOut);
  EXPECT_GT(wait.deadline, now_);
  EXPECT_EQ(session_->state(), SessionState::Waiting);
  EXPECT_EQ(on(Event::due()).kind, Kind::Connect);
  EXPECT_EQ(session_->tries(), 2U);
}

TEST_F(SessionTest, NeverWaitsPastTheTotalLimit) {
  limits_.give_up = 1500;
  make();
  EXPECT_EQ(on(Event::start()).deadline, 1500U);
  now_ = 1499;
  EXPECT_LE(on(Event::failed(Error{Errc::TimedOut, 0, ""})).deadline, 1500U);
  now_ = 1500;
  on(Event::due());
  const SessionStep stop = on(Event::failed(Error{Errc::TimedOut, 0, "still nothing"}));
  EXPECT_EQ(stop.kind, Kind::Stop);
  EXPECT_EQ(stop.error.code, Errc::TimedOut);
  EXPECT_EQ(session_->state(), SessionState::Gone);
}

TEST_F(SessionTest, StopsWhenTheRetriesAreUsedUp) {
  limits_.retries = 1;
  make();
  on(Event::start());
  EXPECT_EQ(on(Event::failed(Error{Errc::TimedOut, 0, ""})).kind, Kind::Wait);
  on(Event::due());
  EXPECT_EQ(on(Event::failed(Error{Errc::TimedOut, 0, ""})).kind, Kind::Stop);
}

TEST_F(SessionTest, StopsAtOnceWhenTheFirstLoginIsRefusedForGood) {
  on(Event::start());
  const SessionStep stop = log_in({refusal(2, 1)});
  EXPECT_EQ(stop.kind, Kind::Stop);
  EXPECT_EQ(stop.error.code, iscsi::RefusalErrc::AuthenticationFailed);
  EXPECT_NE(session_->refusal().find("0x0201"), Text::npos);
}

TEST_F(SessionTest, TriesAgainWhenTheServiceIsUnavailable) {
  on(Event::start());
  EXPECT_EQ(log_in({refusal(3, 1)}).kind, Kind::Wait);
  on(Event::due());
  EXPECT_EQ(log_in().kind, Kind::HandOver);
}

TEST_F(SessionTest, FollowsARedirectAndComesHomeAfterATemporaryOne) {
  on(Event::start());
  const SessionStep moved = log_in({refusal(1, 1, {"TargetAddress=10.0.2.3:3261"})});
  EXPECT_EQ(moved.kind, Kind::Connect);
  EXPECT_EQ(moved.portal, kOther);
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  on(Event::handed_over());
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(let_go(5).portal, kHome);
}

TEST_F(SessionTest, RemembersAPermanentRedirect) {
  on(Event::start());
  log_in({refusal(1, 2, {"TargetAddress=10.0.2.3:3261"})});
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  on(Event::handed_over());
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(let_go(5).portal, kOther);
}

TEST_F(SessionTest, SeesThatItIsSentInACircle) {
  on(Event::start());
  log_in({refusal(1, 1, {"TargetAddress=10.0.2.3:3261"})});
  const SessionStep wait = log_in({refusal(1, 1, {"TargetAddress=10.0.2.2:3260"})});
  EXPECT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.error.code, SessionErrc::RedirectLoop);
}

TEST_F(SessionTest, FollowsFourRedirectsAndNoFifth) {
  on(Event::start());
  for (int i = 3; i < 7; ++i) {
    const std::string address = "TargetAddress=10.0.2." + std::to_string(i) + ":3260";
    EXPECT_EQ(log_in({refusal(1, 1, {address})}).kind, Kind::Connect);
  }
  const SessionStep wait = log_in({refusal(1, 1, {"TargetAddress=10.0.2.9:3260"})});
  EXPECT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.error.code, SessionErrc::TooManyRedirects);
}

TEST_F(SessionTest, CannotFollowARedirectToAName) {
  on(Event::start());
  const SessionStep wait = log_in({refusal(1, 1, {"TargetAddress=storage.example:3260"})});
  EXPECT_EQ(wait.error.code, SessionErrc::RedirectToName);
}

TEST_F(SessionTest, RecoversWithTheCmdSnThatTheKernelCounts) {
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

TEST_F(SessionTest, AdoptsASessionThatTheKernelCarriesAndNeverGivesItUp) {
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

TEST_F(SessionTest, WaitsBeforeItReplacesALostSession) {
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

TEST_F(SessionTest, WaitsNoLongerThanItTookToLetGo) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  now_ += kAgreed;
  EXPECT_EQ(on(Event::recovered(1)).kind, Kind::Connect);
}

TEST_F(SessionTest, WaitsForAnAdoptedSessionAsItsLoginAgreed) {
  on(Event::adopt(3));
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(on(Event::recovered(1)).deadline, now_ + 3'000);
}

TEST_F(SessionTest, LogsOutWhenTheTargetAsksForIt) {
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

TEST_F(SessionTest, WaitsAfterALogoutThatFailed) {
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

TEST_F(SessionTest, NeverGivesUpOnceItWasUp) {
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

TEST_F(SessionTest, KeepsTryingSlowlyWhenARecoveryIsRefusedForGood) {
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

TEST_F(SessionTest, MakesTheKernelLetGoWhenTheHandOverFails) {
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

TEST_F(SessionTest, AsksTheKernelAgainWhenItDoesNotLetGo) {
  bring_up();
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(on(Event::failed(Error{Errc::TimedOut, 0, "no answer"})).kind, Kind::Wait);
  EXPECT_EQ(on(Event::due()).kind, Kind::Recover);
}

TEST_F(SessionTest, EndsWhenItIsDetachedInAnyState) {
  EXPECT_EQ(on(Event::detach()).error.code, Errc::Cancelled);
  make();
  bring_up();
  EXPECT_EQ(on(Event::detach()).error.code, Errc::Cancelled);
  EXPECT_EQ(session_->state(), SessionState::Gone);
}

// Every pair of state and event that no transition is for ends the session, by name.
TEST_F(SessionTest, RefusesEventsThatDoNotFitTheState) {
  const Event events[] = {
      Event::start(),       Event::adopt(3),      Event::connected(),
      Event::received({}),  Event::handed_over(), Event::due(),
      Event::lost(Error{}), Event::recovered(1),  Event::failed(Error{Errc::Closed, 0, ""}),
      Event::log_out({}),   Event::logged_out(0),
  };
  const std::pair<SessionState, std::set<Event::Kind>> kAllowed[] = {
      {SessionState::Created, {Event::Kind::Start, Event::Kind::Adopt}},
      {SessionState::Connecting, {Event::Kind::Connected, Event::Kind::Failed}},
      {SessionState::LoggingIn, {Event::Kind::Received, Event::Kind::Failed}},
      {SessionState::HandingOver, {Event::Kind::HandedOver, Event::Kind::Failed}},
      {SessionState::HandedOver, {Event::Kind::Lost, Event::Kind::LogOut}},
      {SessionState::LoggingOut, {Event::Kind::LoggedOut, Event::Kind::Lost, Event::Kind::Failed}},
      {SessionState::Lost, {Event::Kind::Recovered, Event::Kind::Failed, Event::Kind::Due}},
      {SessionState::Waiting, {Event::Kind::Due}},
      {SessionState::Gone, {}},
  };
  for (const auto& [state, allowed] : kAllowed)
    for (const Event& event : events) {
      if (allowed.contains(event.kind)) continue;
      SCOPED_TRACE(static_cast<int>(state) * 100 + static_cast<int>(event.kind));
      make();
      if (state != SessionState::Created) on(Event::start());
      if (state == SessionState::LoggingIn) on(Event::connected());
      if (state == SessionState::Waiting) on(Event::failed(Error{Errc::Closed, 0, ""}));
      if (state == SessionState::Gone) on(Event::detach());
      if (state == SessionState::HandingOver || state == SessionState::HandedOver ||
          state == SessionState::LoggingOut || state == SessionState::Lost)
        log_in();
      if (state == SessionState::HandedOver || state == SessionState::LoggingOut ||
          state == SessionState::Lost)
        on(Event::handed_over());
      if (state == SessionState::LoggingOut) on(Event::log_out({}));
      if (state == SessionState::Lost) on(Event::lost(Error{}));
      ASSERT_EQ(session_->state(), state);
      const SessionStep stop = on(event);
      EXPECT_EQ(stop.kind, Kind::Stop);
      EXPECT_EQ(stop.error.code, SessionErrc::UnexpectedEvent);
    }
}

}  // namespace
}  // namespace isboot::boot
