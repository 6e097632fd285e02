#include "platform/linux/keeper/session_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_log.h"

namespace isboot::linux_platform {
namespace {

using ::testing::ElementsAre;
using Kind = IscsiNotice::Kind;
using State = SessionEnd::State;

// Writes down what it is told about the end; the rest is not for it.
class FakeKeeping final : public SessionKeeping {
public:
  Result<Done> open() override { return Done{}; }
  Result<Done> adopt(SessionId, const SessionConfig&, bool) override { return Done{}; }
  Result<SessionId> create(const SessionConfig&) override { return SessionId{}; }
  Result<Done> hand_over(SessionId, Stream&, const iscsi::SessionParams&) override {
    return Done{};
  }
  Result<std::uint32_t> recover(SessionId) override { return std::uint32_t{1}; }
  Result<DiskName> find_disk(SessionId, const Lun&, Millis) override { return DiskName{}; }
  Result<Done> unbind(SessionId) override { return call("unbind"); }
  Result<Done> log_out(SessionId) override { return call("log_out"); }
  void destroy(SessionId) override { (void)call("destroy"); }

  std::vector<std::string> calls;
  std::string refused;

private:
  Result<Done> call(const char* name) {
    calls.emplace_back(name);
    if (refused == name) return Error{Errc::Unsupported, 0, "refused"};
    return Done{};
  }
};

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
