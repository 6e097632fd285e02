// How a login moves through its stages with targets that take their own way through
// them, and what it says to those that take a wrong one.
#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::go_on;
using isboot::testing::operational_done;
using isboot::testing::plain_login;
using isboot::testing::ScriptedReply;
using isboot::testing::security_done;
using isboot::testing::text_of;
using Kind = LoginStep::Kind;

ScriptedReply stay(const std::vector<std::string>& pairs = {}) {
  ScriptedReply reply;
  reply.text = text_of(pairs);
  return reply;
}

TEST_F(LoginTest, AsksAgainWhenTheTargetStaysInAStage) {
  ASSERT_EQ(run({stay(), stay({"AuthMethod=None"}), stay(), security_done(), stay(), stay(),
                 operational_done()})
                .kind,
            Kind::Complete);  // security_done() repeats AuthMethod
  EXPECT_EQ(
      run({stay(), stay({"AuthMethod=None"}), stay(), go_on(), stay(), stay(), operational_done()})
          .kind,
      Kind::Complete);
  EXPECT_TRUE(target->complaints().empty());
  for (const auto& request : target->requests()) EXPECT_TRUE(request.transit());
}

TEST_F(LoginTest, AnswersWhatTheTargetOffersBeforeItGoesOn) {
  ASSERT_EQ(run({security_done(), stay({"MaxBurstLength=65536", "TaskReporting=RFC3720"}),
                 operational_done()})
                .kind,
            Kind::Complete);
  // MaxBurstLength was an answer to our offer; TaskReporting is the target's own.
  EXPECT_EQ(target->requests()[2].text, text_of({"TaskReporting=RFC3720"}));
  EXPECT_EQ(login->params().max_burst_length, 65536U);
}

TEST_F(LoginTest, AnswersUnknownKeysInTheSecurityStage) {
  ASSERT_EQ(run({stay({"X-org.example.key=1"}), security_done(), operational_done()}).kind,
            Kind::Complete);
  EXPECT_EQ(target->requests()[1].text, text_of({"X-org.example.key=NotUnderstood"}));
}

TEST_F(LoginTest, CollectsATextOfSeveralResponses) {
  ScriptedReply first;
  first.continues = true;
  first.text = "MaxBurst";
  ScriptedReply second;
  second.continues = true;
  second.text = std::string{"Length=65536\0FirstBurstLength=4", 31};
  ScriptedReply last;
  last.text = std::string{"096\0", 4};
  ASSERT_EQ(run({security_done(), first, second, last, operational_done()}).kind, Kind::Complete);
  EXPECT_TRUE(target->complaints().empty());
  EXPECT_EQ(login->params().max_burst_length, 65536U);
  EXPECT_EQ(login->params().first_burst_length, 4096U);
  // RFC 7143 section 6.2: empty requests without T while the target's text goes on.
  for (const std::size_t empty : {2, 3}) {
    EXPECT_EQ(target->requests()[empty].text, "");
    EXPECT_FALSE(target->requests()[empty].transit());
  }
  EXPECT_TRUE(target->requests()[4].transit());
}

TEST_F(LoginTest, TakesALongTextInLongResponses) {
  std::string text = text_of({"TargetAlias=" + std::string(255, 'a')});
  for (int i = 0; text.size() < 2 * kLoginSegment - 600; ++i)
    text += text_of({"X-org.example.k" + std::to_string(i) + "=" + std::string(500, 'v')});
  ScriptedReply first;
  first.continues = true;
  first.text = text.substr(0, kLoginSegment);
  ScriptedReply last;
  last.text = text.substr(kLoginSegment);
  EXPECT_EQ(run({security_done(), first, last, operational_done()}).kind, Kind::Complete);
  EXPECT_TRUE(target->complaints().empty());
}

TEST_F(LoginTest, SplitsItsOwnTextWhereItMust) {
  ASSERT_EQ(run(plain_login()).kind, Kind::Complete);
  const std::string security = target->requests()[0].text;
  const std::string operational = target->requests()[1].text;
  for (const std::size_t segment : {64, 101, 512}) {
    SCOPED_TRACE(segment);
    config.request_segment = segment;
    const std::size_t size = segment & ~std::size_t{3};
    const auto segments = [size](const std::string& text) {
      return (text.size() + size - 1) / size;
    };
    // Empty responses until the last segment of each stage is there.
    std::vector<ScriptedReply> script(segments(security) + segments(operational), stay());
    script[segments(security) - 1] = security_done();
    script.back() = operational_done();
    ASSERT_EQ(run(script).kind, Kind::Complete);
    EXPECT_TRUE(target->complaints().empty()) << target->complaints().front();
    std::string joined;
    for (const auto& request : target->requests()) joined += request.text;
    EXPECT_EQ(joined, security + operational);
    EXPECT_EQ(target->requests()[0].continues(), security.size() > size);
  }
}

TEST_F(LoginTest, ChecksThePortalGroupThatItKnows) {
  config.portal_group_tag = 1;
  EXPECT_EQ(run(plain_login()).kind, Kind::Complete);
  config.portal_group_tag = 2;
  EXPECT_EQ(failure(plain_login()), Code{LoginErrc::WrongPortalGroup});
}

TEST_F(LoginTest, NamesNoTargetInADiscoverySession) {
  config.target_name.clear();
  ASSERT_EQ(run(plain_login()).kind, Kind::Complete);
  EXPECT_EQ(target->requests()[0].key("SessionType"), "Discovery");
  EXPECT_FALSE(target->requests()[0].key("TargetName"));
  EXPECT_FALSE(target->requests()[1].key("MaxBurstLength"));
}

TEST_F(LoginTest, GoesWhereItIsRedirected) {
  struct Row {
    std::uint8_t detail;
    const char* address;
    const char* portal;
    bool permanent;
  };
  const Row rows[] = {
      {1, "10.0.0.9", "10.0.0.9:3260", false},
      {2, "10.0.0.9:3261,1", "10.0.0.9:3261", true},
      {1, "[fd00::9]:860", "[fd00::9]:860", false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.address);
    ScriptedReply moved = stay(
        {"TargetAlias=x", std::string{"TargetAddress="} + row.address, "TargetAddress=10.0.0.10"});
    moved.status_class = 1;
    moved.status_detail = row.detail;
    ASSERT_EQ(run({moved}).kind, Kind::Redirect);
    EXPECT_EQ(login->state(), LoginState::Redirected);
    EXPECT_EQ(to_text(login->redirect().address.portal).view(), row.portal);
    EXPECT_EQ(login->redirect().permanent, row.permanent);
  }
}

TEST_F(LoginTest, GoesWhereItIsRedirectedPastWhatIsNoPair) {
  ScriptedReply moved = stay({"noise", "TargetAddress=nonsense!", " targetaddress = 10.0.0.9 "});
  moved.status_class = 1;
  moved.status_detail = 1;
  ASSERT_EQ(run({moved}).kind, Kind::Redirect) << login->fault();
  EXPECT_EQ(to_text(login->redirect().address.portal).view(), "10.0.0.9:3260");
}

TEST_F(LoginTest, HandsOutTheHostOfARedirectToAName) {
  ScriptedReply moved = stay({"TargetAddress=storage.example.org"});
  moved.status_class = 1;
  moved.status_detail = 1;
  ASSERT_EQ(run({moved}).kind, Kind::Redirect);
  EXPECT_EQ(login->redirect().address.host.view(), "storage.example.org");
}

TEST_F(LoginTest, RefusesARedirectToNowhere) {
  for (const std::vector<std::string>& pairs :
       {std::vector<std::string>{}, {"TargetAddress="}, {"TargetAddress=:3260"}, {"X-a=1"}}) {
    ScriptedReply moved = stay(pairs);
    moved.status_class = 1;
    moved.status_detail = 1;
    EXPECT_EQ(failure({moved}), Code{LoginErrc::BadRedirect});
  }
}

TEST_F(LoginTest, TellsARefusalInWords) {
  struct Row {
    std::uint8_t group;
    std::uint8_t detail;
    Code code;
    RetryPolicy retry;
  };
  const Row rows[] = {
      {2, 0, RefusalErrc::InitiatorError, RetryPolicy::Never},
      {2, 3, RefusalErrc::NotFound, RetryPolicy::Soon},
      {2, 6, RefusalErrc::TooManyConnections, RetryPolicy::Soon},
      {3, 1, RefusalErrc::ServiceUnavailable, RetryPolicy::Soon},
      {9, 9, RefusalErrc::UnknownStatus, RetryPolicy::Never},
  };
  for (const Row& row : rows) {
    ScriptedReply refusal = stay();
    refusal.status_class = row.group;
    refusal.status_detail = row.detail;
    // Sequence numbers of a refusal mean nothing.
    refusal.spoil = [](std::vector<std::uint8_t>& pdu) { pdu[24] = 0xee; };
    EXPECT_EQ(failure({security_done(), refusal}), row.code);
    EXPECT_FALSE(login->refusal_text().empty());
    EXPECT_EQ(login->retry_policy(), row.retry);
  }
}

}  // namespace
}  // namespace isboot::iscsi
