#include "core/iscsi/login.h"

#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::operational_done;
using isboot::testing::plain_login;
using isboot::testing::ScriptedReply;
using isboot::testing::security_done;
using isboot::testing::text_of;
using Kind = LoginStep::Kind;

const std::vector<std::string> kAnswers = {
    "HeaderDigest=None",       "DataDigest=None",         "MaxConnections=1",
    "InitialR2T=No",           "ImmediateData=Yes",       "MaxRecvDataSegmentLength=65536",
    "MaxBurstLength=1048576",  "FirstBurstLength=131072", "DefaultTime2Wait=2",
    "DefaultTime2Retain=0",    "MaxOutstandingR2T=1",     "DataPDUInOrder=Yes",
    "DataSequenceInOrder=Yes", "ErrorRecoveryLevel=0",
};

TEST_F(LoginTest, AgreesWithAnHonestTarget) {
  ASSERT_EQ(run(plain_login(kAnswers)).kind, Kind::Complete);
  EXPECT_EQ(login->state(), LoginState::Complete);
  EXPECT_TRUE(target->complaints().empty()) << target->complaints().front();
  const SessionParams& params = login->params();
  EXPECT_EQ(params.max_recv_data_segment_length, 262144U);
  EXPECT_EQ(params.max_xmit_data_segment_length, 65536U);
  EXPECT_FALSE(params.initial_r2t);
  EXPECT_TRUE(params.immediate_data);
  EXPECT_EQ(params.max_burst_length, 1048576U);
  EXPECT_EQ(params.first_burst_length, 131072U);
  EXPECT_EQ(params.time2wait, 2);
  EXPECT_EQ(params.time2retain, 0);
  EXPECT_EQ(params.tsih, 1);
  EXPECT_EQ(params.target_portal_group_tag, 1);
  EXPECT_EQ(params.cmd_sn, 1U);
  EXPECT_EQ(params.exp_stat_sn, 1002U);
}

TEST_F(LoginTest, NamesBothEndsInTheFirstRequest) {
  config.cmd_sn = 0xfffffffe;
  (void)run(plain_login(kAnswers));
  ASSERT_EQ(target->requests().size(), 2U);
  const auto& first = target->requests()[0];
  EXPECT_EQ(first.key("InitiatorName"), "iqn.2026-11.org.example:initiator");
  EXPECT_EQ(first.key("TargetName"), "iqn.2026-11.org.example:disk");
  EXPECT_EQ(first.key("SessionType"), "Normal");
  EXPECT_EQ(first.key("AuthMethod"), "None");
  EXPECT_EQ(first.be32(24), 0xfffffffeU);
  EXPECT_EQ(login->params().cmd_sn, 0xfffffffeU);
  const auto& second = target->requests()[1];
  EXPECT_EQ(second.stage(), 1);
  EXPECT_EQ(second.next_stage(), 3);
  EXPECT_EQ(second.key("HeaderDigest"), "None");
  EXPECT_EQ(second.key("InitialR2T"), "No");
}

TEST_F(LoginTest, EndsTheSameHoweverTheBytesAreCut) {
  std::size_t longest = 0;
  ASSERT_EQ(run(plain_login(kAnswers)).kind, Kind::Complete);
  const SessionParams whole = login->params();
  longest = 48 + text_of(kAnswers).size() + 3;
  for (std::size_t cut = 1; cut <= longest; ++cut) {
    SCOPED_TRACE(cut);
    ASSERT_EQ(run(plain_login(kAnswers), cut).kind, Kind::Complete);
    EXPECT_EQ(login->params().max_burst_length, whole.max_burst_length);
    EXPECT_EQ(login->params().exp_stat_sn, whole.exp_stat_sn);
  }
}

// The target goes away after each byte of each reply: the login then still waits,
// for exactly what is missing, and for nothing beyond.
TEST_F(LoginTest, WaitsForExactlyWhatIsMissing) {
  const auto script = plain_login(kAnswers);
  for (std::size_t reply = 0; reply < script.size(); ++reply) {
    const std::size_t size = 48 + ((script[reply].text.size() + 3) & ~std::size_t{3});
    for (std::size_t left = 0; left < size; ++left) {
      SCOPED_TRACE(std::to_string(reply) + ":" + std::to_string(left));
      auto torn = script;
      torn[reply].spoil = [left](std::vector<std::uint8_t>& pdu) { pdu.resize(left); };
      const LoginStep step = run(torn);
      ASSERT_EQ(step.kind, Kind::Receive);
      EXPECT_EQ(step.wanted, left < 48 ? 48 - left : size - left);
    }
  }
}

TEST_F(LoginTest, LeavesDefaultsWhereTheTargetAnswersNothing) {
  ASSERT_EQ(run(plain_login()).kind, Kind::Complete);
  EXPECT_EQ(login->params().max_xmit_data_segment_length, 8192U);
  EXPECT_TRUE(login->params().initial_r2t);
  EXPECT_EQ(login->params().max_burst_length, 262144U);
  EXPECT_EQ(login->params().first_burst_length, 65536U);
}

TEST_F(LoginTest, RefusesBytesThatItDidNotAskFor) {
  const std::array<std::uint8_t, 49> bytes{};
  login.emplace(config, hash, entropy);
  EXPECT_EQ(login->on_bytes(Bytes{bytes}.first(1)).error.code, Code{LoginErrc::OutOfOrder});
  login.emplace(config, hash, entropy);
  ASSERT_EQ(login->start().wanted, 48U);
  EXPECT_EQ(login->on_bytes(bytes).error.code, Code{LoginErrc::OutOfOrder});
  EXPECT_EQ(login->start().error.code, Code{LoginErrc::OutOfOrder});
}

}  // namespace
}  // namespace isboot::iscsi
