#include "platform/linux/keeper/session_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_log.h"
#include "tests/linux/keeper/fake_keeping.h"

namespace isboot::linux_platform {
namespace {

using ::testing::ElementsAre;
using Kind = IscsiNotice::Kind;
using State = SessionEnd::State;

IscsiNotice notice(Kind kind, Bytes pdu = {}) { return {kind, SessionId{1}, 0, pdu}; }

class SessionEndTest : public ::testing::Test {
protected:
  void begin() { end_.begin(SessionId{1}, kernel_, log_, kNow, kNow + 30'000); }

  static constexpr Millis kNow = 1000;
  static constexpr std::array<std::uint8_t, 48> kLogoutResponse{0x26};
  FakeKeeping kernel_;
  isboot::testing::FakeLog log_;
  SessionEnd end_;
};

TEST_F(SessionEndTest, TakesTheDisksAwayLogsOutAndDestroys) {
  begin();
  EXPECT_EQ(end_.state(), State::Unbinding);
  end_.on_notice(notice(Kind::Unbound), true, kNow);
  EXPECT_EQ(end_.state(), State::LoggingOut);
  end_.on_notice(notice(Kind::Pdu, kLogoutResponse), true, kNow);
  EXPECT_EQ(end_.state(), State::Over);
  EXPECT_THAT(kernel_.calls, ElementsAre("unbind", "log_out", "destroy"));
}

TEST_F(SessionEndTest, SaysNoGoodbyeWithoutAConnection) {
  begin();
  end_.on_notice(notice(Kind::Unbound), false, kNow);
  EXPECT_EQ(end_.state(), State::Over);
  EXPECT_THAT(kernel_.calls, ElementsAre("unbind", "destroy"));
}

TEST_F(SessionEndTest, WaitsForTheDisksThroughALoss) {
  begin();
  end_.on_notice(notice(Kind::ConnectionLost), false, kNow);
  EXPECT_EQ(end_.state(), State::Unbinding);
}

TEST_F(SessionEndTest, TakesAClosedConnectionForTheAnswer) {
  begin();
  end_.on_notice(notice(Kind::Unbound), true, kNow);
  end_.on_notice(notice(Kind::ConnectionLost), true, kNow);
  EXPECT_EQ(end_.state(), State::Over);
}

TEST_F(SessionEndTest, ForcesTheEndAtTheLimitAndSaysSo) {
  begin();
  EXPECT_EQ(end_.deadline(), kNow + 30'000);
  end_.on_time();
  EXPECT_EQ(end_.state(), State::Over);
  EXPECT_THAT(kernel_.calls, ElementsAre("unbind", "destroy"));
  EXPECT_TRUE(log_.says("what was not written is lost"));
}

TEST_F(SessionEndTest, DoesNotWaitLongForTheGoodbye) {
  begin();
  end_.on_notice(notice(Kind::Unbound), true, kNow);
  EXPECT_EQ(end_.deadline(), kNow + 5'000);
  end_.on_time();
  EXPECT_EQ(end_.state(), State::Over);
  EXPECT_FALSE(log_.says("is lost"));
}

TEST_F(SessionEndTest, IsDueAtOnceWhenTheKernelRefuses) {
  kernel_.refused = "unbind";
  begin();
  EXPECT_EQ(end_.deadline(), kNow);
}

}  // namespace
}  // namespace isboot::linux_platform
