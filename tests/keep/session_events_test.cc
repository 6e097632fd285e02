#include "core/keep/session_events.h"

#include <gtest/gtest.h>

namespace isboot::keep {
namespace {

using boot::SessionState;
using Kind = boot::SessionEvent::Kind;

constexpr SessionState kAll[] = {SessionState::Created,     SessionState::Connecting,
                                 SessionState::LoggingIn,   SessionState::LookingUp,
                                 SessionState::HandingOver, SessionState::HandedOver,
                                 SessionState::LoggingOut,  SessionState::Lost,
                                 SessionState::Waiting,     SessionState::Gone};

std::optional<Kind> kind_of(Action::Kind action, SessionState state) {
  const auto event = event_of({.kind = action, .slot = 0}, state);
  return event ? std::optional{event->kind} : std::nullopt;
}

TEST(SessionEvents, TellASessionOfNothingThatComesTooLate) {
  for (const SessionState state : kAll) {
    const bool carried = state == SessionState::HandedOver;
    const bool leaves = state == SessionState::LoggingOut;
    EXPECT_EQ(kind_of(Action::Kind::Lose, state),
              carried || leaves ? std::optional{Kind::Lost} : std::nullopt);
    EXPECT_EQ(kind_of(Action::Kind::LogOut, state),
              carried ? std::optional{Kind::LogOut} : std::nullopt);
    EXPECT_EQ(kind_of(Action::Kind::LoggedOut, state),
              leaves ? std::optional{Kind::LoggedOut} : std::nullopt);
    EXPECT_FALSE(kind_of(Action::Kind::Destroy, state));
  }
}

TEST(SessionEvents, HaveTheTargetsWordsAndItsWait) {
  const Error words{Errc::Closed, 0, "bye"};
  const auto lost = event_of({.kind = Action::Kind::Lose, .error = words, .time2wait = 7},
                             SessionState::HandedOver);
  ASSERT_TRUE(lost);
  EXPECT_STREQ(lost->error.text, "bye");
  EXPECT_EQ(lost->time2wait, 7);
  EXPECT_EQ(event_of({.kind = Action::Kind::LoggedOut}, SessionState::LoggingOut)->time2wait, 0);
}

TEST(SessionEvents, TellAtATimeThatTheNextTryIsDueOrThatNobodyAnswered) {
  for (const SessionState state : kAll) {
    const bool waits = state == SessionState::Waiting || state == SessionState::Lost;
    EXPECT_EQ(event_of_time(state).kind, waits ? Kind::Due : Kind::Failed);
  }
}

TEST(SessionEvents, ForgetOnlyWhatTheKernelDoesNotHaveOrWhatIsKeptAlready) {
  EXPECT_EQ(adoption_after(Done{}), Adoption::Keep);
  for (const Errc code : {Errc::NotFound, Errc::BadValue})
    EXPECT_EQ(adoption_after(Error{code, 0, ""}), Adoption::Forget);
  for (const Errc code : {Errc::TimedOut, Errc::Closed, Errc::NoSpace, Errc::Unsupported})
    EXPECT_EQ(adoption_after(Error{code, 0, ""}), Adoption::TryAgain);
}

}  // namespace
}  // namespace isboot::keep
