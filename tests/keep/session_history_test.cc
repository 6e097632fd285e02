#include "core/keep/session_history.h"

#include <gtest/gtest.h>

namespace isboot::keep {
namespace {

const Error kClosed{Errc::Closed, 0, "the connection was closed"};
const Error kRefused{Errc::Closed, 0, "the connection failed"};
const Error kLate{Errc::TimedOut, 0, "no answer in time"};

TEST(SessionHistory, CountsALossFromItsBeginningToTheHandOver) {
  SessionHistory history;
  begin(history, 1'000);
  on_lost(history, kClosed, 5'000);
  EXPECT_EQ(history.since, 5'000U);
  EXPECT_EQ(on_back(history, 7'500), 2'500U);
  on_lost(history, kLate, 10'000);
  EXPECT_EQ(on_back(history, 10'040), 40U);
  EXPECT_EQ(history.recoveries, 2U);
  EXPECT_EQ(history.last_took, 40U);
  EXPECT_EQ(history.worst_took, 2'500U);
  EXPECT_EQ(history.last[0].lost_at, 5'000U);
  EXPECT_EQ(history.last[1].cause.code, Code{Errc::TimedOut});
  EXPECT_EQ(history.since, 10'040U);
}

TEST(SessionHistory, RemembersTheLastEight) {
  SessionHistory history;
  for (Millis n = 0; n < 9; ++n) {
    on_lost(history, kClosed, n * 100);
    on_back(history, n * 100 + n);
  }
  EXPECT_EQ(history.recoveries, 9U);
  EXPECT_EQ(history.last[0].took, 8U) << "the ninth is where the first was";
  EXPECT_EQ(history.last[1].took, 1U);
}

TEST(SessionHistory, TellsTheSameCauseOnceAMinute) {
  SessionHistory history;
  on_lost(history, kClosed, 0);
  EXPECT_FALSE(told_lately(history, 0));
  EXPECT_TRUE(on_failed(history, kRefused, {}, 1, 100));
  EXPECT_TRUE(told_lately(history, 100));
  EXPECT_FALSE(on_failed(history, kRefused, {}, 2, 60'099));
  EXPECT_FALSE(told_lately(history, 60'100));
  EXPECT_TRUE(on_failed(history, kRefused, {}, 3, 60'100));
}

// The loss was told when it came; only a try can add something to it.
TEST(SessionHistory, DoesNotTellTheLossTwice) {
  SessionHistory history;
  on_lost(history, kClosed, 0);
  EXPECT_FALSE(on_failed(history, kClosed, {}, 0, 1));
  EXPECT_TRUE(on_failed(history, kClosed, {}, 1, 2));
}

// A target between two states answers so, then so: a line a try would be a line a second.
TEST(SessionHistory, TellsCausesThatTakeTurnsOnceAMinuteEach) {
  SessionHistory history;
  on_lost(history, kClosed, 0);
  int told = 0;
  for (std::uint32_t n = 1; n < 60; ++n)
    told += on_failed(history, n % 2 == 0 ? kRefused : kLate, {}, n, n * 1'000) ? 1 : 0;
  EXPECT_EQ(told, 2);
}

TEST(SessionHistory, TellsANewCauseWhateverWasTold) {
  SessionHistory history;
  on_lost(history, kClosed, 0);
  static constexpr const char* kTexts[] = {"a", "b", "c", "d", "e"};
  for (const char* text : kTexts)
    EXPECT_TRUE(on_failed(history, {Errc::Closed, 0, text}, {}, 1, 1'000)) << text;
  on_lost(history, kClosed, 2'000);
  EXPECT_TRUE(on_failed(history, {Errc::Closed, 0, "e"}, {}, 1, 2'001)) << "another loss";
}

TEST(SessionHistory, KeepsTheTargetsLastWords) {
  SessionHistory history;
  const std::string words(300, 'w');
  EXPECT_TRUE(on_failed(history, kRefused, words, 1, 1));
  EXPECT_EQ(history.refusal.view(), words.substr(0, 160));
  EXPECT_FALSE(on_failed(history, kRefused, {}, 2, 2));
  EXPECT_TRUE(history.refusal.empty()) << "the last try had none";
  on_given_up(history, kLate, "no such target");
  EXPECT_EQ(history.refusal.view(), "no such target");
  EXPECT_EQ(history.last_error.code, Code{Errc::TimedOut});
}

}  // namespace
}  // namespace isboot::keep
