#include "platform/freebsd/initiator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/freebsd/ports.h"
#include "platform/freebsd/stream.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

class InitiatorTest : public ::testing::Test {
protected:
  InitiatorTest() {
    (void)login_.initiator_name.assign("iqn.2026-11.org.example:host");
    (void)login_.target_name.assign("iqn.2026-11.org.example:disk");
    (void)login_.credentials.name.assign("us");
    (void)login_.credentials.secret.assign(as_bytes("sixteen-letters!"));
    config_.initiator_name = login_.initiator_name;
    config_.target_name = login_.target_name;
    config_.portal = {IpAddress::v4(10, 0, 0, 1), 3260};
    initiator_.set_login(login_);
  }

  FakeKernel kernel_;
  KernelClock clock_;
  KernelLog log_;
  KernelInitiator initiator_{clock_, log_};
  iscsi::LoginConfig login_;
  SessionConfig config_;
};

TEST_F(InitiatorTest, TellsTheKernelAllThatIscsidWouldNeed) {
  login_.header_digest = true;
  ASSERT_TRUE(initiator_.create(config_));
  const isboot_session& made = kernel_.sessions[0].conf;
  EXPECT_STREQ(made.initiator, "iqn.2026-11.org.example:host");
  EXPECT_STREQ(made.user, "us");
  EXPECT_STREQ(made.secret, "sixteen-letters!");
  EXPECT_EQ(made.header_digest, 1);
  EXPECT_EQ(made.data_digest, 0);
}

TEST_F(InitiatorTest, GivesNoHalfSecretAway) {
  (void)login_.credentials.secret.assign(as_bytes("seventeen-letters"));
  ASSERT_TRUE(initiator_.create(config_));
  EXPECT_STREQ(kernel_.sessions[0].conf.user, "");
  EXPECT_STREQ(kernel_.sessions[0].conf.secret, "");
  EXPECT_TRUE(kernel_.says("CHAP secrets above 16 bytes"));
}

TEST_F(InitiatorTest, WaitsUntilAnOldSessionHasMadeRoom) {
  kernel_.fails["add"] = {ISBOOT_EBUSY, ISBOOT_EBUSY};
  EXPECT_TRUE(initiator_.create(config_));
  kernel_.fails["add"].assign(100000, ISBOOT_EBUSY);
  const auto refused = initiator_.create(config_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(number_of(refused.error().code), ISBOOT_EBUSY);
}

TEST_F(InitiatorTest, LeavesTheConfigurationOfOthersAlone) {
  isboot_wait other{};
  other.id = 40;
  kernel_.foreign_waits.push_back(other);
  ASSERT_TRUE(initiator_.create(config_));
  EXPECT_EQ(initiator_.kernel_id(), 1U);
  EXPECT_THAT(kernel_.calls, ::testing::ElementsAre("add", "wait", "wait"));
  EXPECT_TRUE(kernel_.says("session 40 of iscsictl(8) waits"));
}

TEST_F(InitiatorTest, MakesNoSessionThatIscsidWouldLogInTo) {
  kernel_.iscsid = true;
  EXPECT_EQ(initiator_.create(config_).error().code, Errc::Unsupported);
  EXPECT_TRUE(kernel_.sessions.empty());
}

TEST_F(InitiatorTest, HasTheIsidOfTheKernel) {
  ASSERT_TRUE(initiator_.create(config_));
  EXPECT_EQ(*initiator_.isid({1}), kernel_.sessions[0].isid);
}

TEST_F(InitiatorTest, TellsASessionThatWasNeverConnectedFromOneThatHasEnded) {
  ASSERT_TRUE(initiator_.create(config_));
  EXPECT_EQ(initiator_.state(), KernelInitiator::State::Lost);
  kernel_.find(1)->connected = kernel_.find(1)->had_sim = true;
  EXPECT_EQ(initiator_.state(), KernelInitiator::State::Connected);
  kernel_.find(1)->ended = true;
  EXPECT_EQ(initiator_.state(), KernelInitiator::State::Ended);
}

// The session is the kernel's still: only what iscsi(4) itself refuses ends it.
TEST_F(InitiatorTest, KeepsTheSessionWhenTheConnectionBreaksBeforeTheHandOver) {
  ASSERT_TRUE(initiator_.create(config_));
  kernel_.scripts.push_back(testing::plain_login());
  KernelStream stream{clock_};
  ASSERT_TRUE(stream.connect(config_.portal, Via{}, clock_.now() + 1000));
  kernel_.fails["limit"] = {ISBOOT_ENOTCONN};
  EXPECT_EQ(initiator_.hand_over({1}, stream, {}).error().code, Errc::Closed);
  EXPECT_TRUE(kernel_.open.empty());
  EXPECT_TRUE(kernel_.handoffs.empty());
  ASSERT_TRUE(initiator_.recover({1}));
  EXPECT_EQ(kernel_.sessions.size(), 1U);
}

TEST_F(InitiatorTest, TurnsPingsOffAndSaysThatIoIsHeldForEver) {
  config_.ping_after = 0;
  config_.recovery_timeout = 60;
  ASSERT_TRUE(initiator_.create(config_));
  EXPECT_EQ(kernel_.sessions[0].conf.ping_timeout, 0);
  EXPECT_TRUE(kernel_.says("hw.isboot.recovery"));
}

TEST_F(InitiatorTest, ClosesTheConnectionWhateverTheKernelSays) {
  for (const int error :
       std::initializer_list<int>{0, ISBOOT_EBUSY, ISBOOT_ESRCH, ISBOOT_ENOTCONN}) {
    kernel_.sessions.clear();
    ASSERT_TRUE(initiator_.create(config_));
    kernel_.scripts.push_back(testing::plain_login());
    kernel_.fails["hand_off"] = {error};
    KernelStream stream{clock_};
    ASSERT_TRUE(stream.connect(config_.portal, Via{}, clock_.now() + 1000));
    EXPECT_EQ(initiator_.hand_over({1}, stream, {}).ok(), error == 0 || error == ISBOOT_EBUSY);
    EXPECT_TRUE(kernel_.open.empty());
  }
}

TEST_F(InitiatorTest, WaitsForTheDiskAndNeverPastTheLimit) {
  ASSERT_TRUE(initiator_.create(config_));
  kernel_.looks_until_disk = 10;
  EXPECT_EQ(initiator_.find_disk({1}, {}, clock_.now() + 5000)->view(), "da0");
  kernel_.looks_until_disk = 100000;
  const Millis limit = clock_.now() + 5000;
  EXPECT_EQ(initiator_.find_disk({1}, {}, limit).error().code, Errc::TimedOut);
  EXPECT_LE(clock_.now(), limit + 20);
}

}  // namespace
}  // namespace isboot::freebsd::test
