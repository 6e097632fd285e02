#include "core/boot/log_in.h"

#include "testing/chap_target.h"
#include "tests/boot/establish_fixture.h"

namespace isboot::boot {
namespace {

using LogInTest = EstablishTest;

TEST_F(LogInTest, ConnectsThroughTheNicAloneWhereItHasToKeepApart) {
  for (const bool apart : {false, true}) {
    path_.link.apart = apart;
    stream_.expect(testing::plain_login());
    ASSERT_TRUE(run());
    EXPECT_EQ(stream_.vias.back().link, 7U);
    EXPECT_EQ(stream_.vias.back().only, apart);
  }
}

TEST_F(LogInTest, TellsOfAnotherHostWithItsAddressWhetherTheLoginSucceedsOrNot) {
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(network_.calls.back(), "tell_conflict");
  network_.calls.clear();
  ASSERT_FALSE(run());
  EXPECT_EQ(network_.calls.back(), "tell_conflict");
}

TEST_F(LogInTest, NamesTheVlanInWhichNobodyAnswers) {
  path_.link.vlan = 43;
  ASSERT_FALSE(run());
  EXPECT_TRUE(log_.says("nobody listens, in VLAN 43; trying again"));
}

TEST_F(LogInTest, SaysWhoHasProvedHimself) {
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_FALSE(log_.says("CHAP"));
  testing::ChapTarget peer{hash_};
  (void)path_.login.credentials.name.assign("user");
  (void)path_.login.credentials.secret.assign(as_bytes(peer.secret));
  stream_.expect(peer.script());
  ASSERT_TRUE(run());
  EXPECT_TRUE(log_.says("session 1 is the kernel's, CHAP"));
  peer.reverse_secret = "target's secret";
  (void)path_.login.credentials.reverse_secret.assign(as_bytes(peer.reverse_secret));
  stream_.expect(peer.script());
  ASSERT_TRUE(run());
  EXPECT_TRUE(log_.says("session 1 is the kernel's, mutual CHAP"));
}

TEST_F(LogInTest, WaitsOutATargetThatIsNotThereYetAndNeverPastTheLimit) {
  const Millis start = clock_.now();
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::TimedOut);
  EXPECT_GT(stream_.portals.size(), 5U);
  EXPECT_LE(clock_.now(), start + 120'001);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
  EXPECT_TRUE(log_.says("10.0.2.2:3260, iqn.2026-11.org.example:disk: nobody listens"));
}

TEST_F(LogInTest, SaysOnceAndThenNowAndAgainThatNobodyListens) {
  ASSERT_FALSE(run());
  std::size_t warnings = 0;
  for (std::size_t i = 0; i < log_.lines.size(); ++i)
    if (log_.lines[i].ends_with("; trying again") && log_.levels[i] == LogLevel::Warning)
      ++warnings;
  EXPECT_GT(stream_.portals.size(), 20U);
  EXPECT_EQ(warnings, 5U);  // after 0, 5, 15, 35 and 75 s
}

TEST_F(LogInTest, ANewCauseIsToldAtOnce) {
  testing::ScriptedReply away;
  away.status_class = 3;
  away.status_detail = 1;
  stream_.expect({away});
  ASSERT_FALSE(run());
  ASSERT_GE(log_.lines.size(), 2U);
  EXPECT_TRUE(log_.says("(0x0301)"));
  EXPECT_TRUE(log_.says("nobody listens; trying again"));
}

TEST_F(LogInTest, SaysInWordsWhyTheTargetRefuses) {
  testing::ScriptedReply refusal;
  refusal.status_class = 2;
  refusal.status_detail = 3;
  stream_.expect({refusal});
  ASSERT_FALSE(run());
  EXPECT_TRUE(log_.says("(0x0203)"));
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
}

TEST_F(LogInTest, GivesASilentTargetNoMoreThanItsTime) {
  stream_.expect({});
  stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_TRUE(run());
  EXPECT_GE(clock_.now(), start + 15'000);
  EXPECT_LE(clock_.now(), start + 16'000);
}

TEST_F(LogInTest, LogsInAgainWhenTheTargetClosedAfterTheLogin) {
  initiator_.hand_over_failures.push_back(Error{Errc::Closed, 0, "closed after the login"});
  stream_.expect(testing::plain_login());
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "recover", "hand_over", "find_disk"}));
}

TEST_F(LogInTest, LogsInWithTheIsidThatTheKernelHasForTheSession) {
  initiator_.own_isid = {{0x80, 1, 2, 3, 4, 5}};
  stream_.expect(testing::plain_login());
  const auto made = run();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->login.isid.bytes, *initiator_.own_isid);
}

}  // namespace
}  // namespace isboot::boot
