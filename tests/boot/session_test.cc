#include "tests/boot/session_fixture.h"

#include <set>

namespace isboot::boot {
namespace {

class SessionTest : public SessionFixture {};

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

// A target that needs longer than the first limit is logged in to all the same.
TEST_F(SessionTest, GivesALateAnswerMoreTimeEachTry) {
  on(Event::start());
  for (const Millis span : {1, 2, 4, 4}) {
    EXPECT_EQ(on(Event::connected()).deadline, now_ + span * limits_.answer);
    now_ = on(Event::failed(Error{Errc::TimedOut, 0, "no answer"})).deadline;
    EXPECT_EQ(on(Event::due()).kind, Kind::Connect);
  }
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  on(Event::handed_over());
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  let_go(1);
  EXPECT_EQ(on(Event::connected()).deadline, now_ + limits_.answer);
}

// A target that sends a byte now and then holds nobody longer than one that sends none.
TEST_F(SessionTest, GivesAnAnswerThatTricklesInNoMoreTime) {
  on(Event::start());
  const Millis deadline = on(Event::connected()).deadline;
  const std::array<std::uint8_t, 1> byte = {0x23};
  now_ += limits_.answer - 1;
  const SessionStep more = on(Event::received(byte));
  EXPECT_EQ(more.kind, Kind::Receive);
  EXPECT_EQ(more.deadline, deadline);
  now_ += 1;
  const SessionStep late = on(Event::received(byte));
  EXPECT_EQ(late.kind, Kind::Wait);
  EXPECT_EQ(late.error.code, Errc::TimedOut);
  EXPECT_EQ(session_->fault(), "in the security stage");
}

TEST_F(SessionTest, HandsOutWhatTheTargetDidWrongUntilItIsCarried) {
  on(Event::start());
  EXPECT_EQ(log_in(testing::plain_login({"MaxConnections=8"})).kind, Kind::HandOver);
  ASSERT_EQ(session_->notes().size(), 1U);
  EXPECT_EQ(session_->notes()[0].value.view(), "8");
  on(Event::handed_over());
  EXPECT_TRUE(session_->notes().empty());
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

// Linux takes 0.0.0.0 for this machine itself.
TEST_F(SessionTest, ARedirectToNoAddressIsToAnotherPortOfTheSame) {
  on(Event::start());
  const SessionStep moved = log_in({refusal(1, 1, {"TargetAddress=0.0.0.0:3261"})});
  EXPECT_EQ(moved.kind, Kind::Connect);
  EXPECT_EQ(moved.portal, (Portal{kHome.address, 3261}));
  const SessionStep back = log_in({refusal(1, 1, {"TargetAddress=[::]:3260"})});
  EXPECT_EQ(back.error.code, SessionErrc::RedirectLoop);
}

TEST_F(SessionTest, RemembersAPermanentRedirect) {
  on(Event::start());
  log_in({refusal(1, 2, {"TargetAddress=10.0.2.3:3261"})});
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  on(Event::handed_over());
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  EXPECT_EQ(let_go(5).portal, kOther);
}

// It comes before any proof of identity: nothing may have answered there, ever.
TEST_F(SessionTest, MovesForGoodOnlyOnceALoginHasSucceededThere) {
  limits_.give_up = kNeverGiveUp;
  make();
  on(Event::start());
  ASSERT_EQ(log_in({refusal(1, 2, {"TargetAddress=10.0.2.3:3261"})}).portal, kOther);
  EXPECT_EQ(session_->home(), kHome);
  int at_home = 0;
  for (int i = 0; i < 1000; ++i) {
    const SessionStep wait = on(Event::failed(Error{Errc::TimedOut, 0, "no answer"}));
    ASSERT_EQ(wait.kind, Kind::Wait);
    now_ = wait.deadline;
    at_home += on(Event::due()).portal == kHome ? 1 : 0;
  }
  EXPECT_EQ(at_home, 1000);
}

TEST_F(SessionTest, TriesBothWhenThePortalThatItMovedToFails) {
  on(Event::start());
  log_in({refusal(1, 2, {"TargetAddress=10.0.2.3:3261"})});
  log_in();
  on(Event::handed_over());
  on(Event::lost(Error{Errc::Closed, 0, ""}));
  SessionStep step = let_go(5);
  for (const Portal& expected : {kOther, kHome, kOther, kHome}) {
    EXPECT_EQ(step.portal, expected);
    now_ = on(Event::failed(Error{Errc::TimedOut, 0, "no answer"})).deadline;
    step = on(Event::due());
  }
  now_ = on(Event::failed(Error{Errc::TimedOut, 0, "no answer"})).deadline;
  ASSERT_EQ(on(Event::due()).portal, kHome);
  log_in();
  on(Event::handed_over());
  EXPECT_EQ(session_->home(), kHome) << "the target has moved back";
}

TEST_F(SessionTest, SeesThatItIsSentInACircle) {
  on(Event::start());
  log_in({refusal(1, 1, {"TargetAddress=10.0.2.3:3261"})});
  const SessionStep wait = log_in({refusal(1, 1, {"TargetAddress=10.0.2.2:3260"})});
  EXPECT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.error.code, SessionErrc::RedirectLoop);
  EXPECT_EQ(session_->fault(), "TargetAddress=10.0.2.2:3260");
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
  EXPECT_EQ(session_->fault(), "TargetAddress=10.0.2.9:3260");
}

TEST_F(SessionTest, FollowsARedirectToANameThatItsDriverLooksUp) {
  on(Event::start());
  const SessionStep look_up = log_in({refusal(1, 1, {"TargetAddress=storage.example:3261"})});
  EXPECT_EQ(look_up.kind, Kind::LookUp);
  EXPECT_EQ(look_up.host, "storage.example");
  EXPECT_EQ(look_up.deadline, now_ + limits_.answer);
  EXPECT_EQ(session_->state(), SessionState::LookingUp);
  const SessionStep connect = on(Event::found(kOther.address));
  EXPECT_EQ(connect.kind, Kind::Connect);
  EXPECT_EQ(connect.portal, kOther);
  EXPECT_TRUE(session_->found_by_name());
  EXPECT_EQ(log_in().kind, Kind::HandOver);
  EXPECT_EQ(on(Event::handed_over()).kind, Kind::Carried);
  EXPECT_EQ(session_->home(), kHome);  // it was for this time
}

TEST_F(SessionTest, MovesForGoodByANameThatLedToALogin) {
  on(Event::start());
  log_in({refusal(1, 2, {"TargetAddress=storage.example:3261"})});
  on(Event::found(kOther.address));
  log_in();
  on(Event::handed_over());
  EXPECT_EQ(session_->home(), kOther);
}

TEST_F(SessionTest, SeesACircleThroughAName) {
  on(Event::start());
  log_in({refusal(1, 1, {"TargetAddress=storage.example:3260"})});
  EXPECT_EQ(on(Event::found(kHome.address)).error.code, SessionErrc::RedirectLoop);
}

TEST_F(SessionTest, TriesAgainWhereNobodyLooksTheNameUp) {
  on(Event::start());
  log_in({refusal(1, 1, {"TargetAddress=storage.example:3260"})});
  const SessionStep wait = on(Event::failed(kNoLookUp));
  EXPECT_EQ(wait.kind, Kind::Wait);
  EXPECT_EQ(wait.error.code, SessionErrc::RedirectToName);
}

// A resolver that is away keeps no session from coming back.
TEST_F(SessionTest, BeginsWhereANameHasLedToAndAtWhatWasGivenInTurn) {
  session_.emplace(kHome, kOther, config_, limits_, hash_, entropy_);
  EXPECT_EQ(session_->portal(), kOther);
  EXPECT_EQ(on(Event::start()).portal, kOther);
  on(Event::failed(Error{Errc::TimedOut, 0, "away"}));
  EXPECT_EQ(on(Event::due()).portal, kHome);
  log_in({refusal(1, 1, {"TargetAddress=storage.example:3260"})});
  on(Event::failed(kNoLookUp));
  EXPECT_EQ(on(Event::due()).portal, kOther);
  session_.emplace(kHome, Portal{}, config_, limits_, hash_, entropy_);
  EXPECT_EQ(on(Event::start()).portal, kHome);
}

TEST_F(SessionTest, MayGoOnAtAnotherAddressOfItsServer) {
  on(Event::start());
  on(Event::failed(Error{Errc::TimedOut, 0, "away"}));
  session_->start_at(kOther);
  EXPECT_EQ(on(Event::due()).portal, kOther);
  EXPECT_EQ(session_->home(), kOther);
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
