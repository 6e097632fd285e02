#include "core/iscsi/login_fault.h"

#include "testing/chap_target.h"
#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::ChapTarget;
using isboot::testing::operational_done;
using isboot::testing::plain_login;
using isboot::testing::ScriptedReply;
using isboot::testing::text_of;
using Change = std::function<void(ScriptedReply&)>;

Change pairs(const std::vector<std::string>& values) {
  return [=](ScriptedReply& reply) { reply.text = text_of(values); };
}
Change byte(std::size_t at, std::uint8_t value) {
  return [=](ScriptedReply& reply) {
    reply.spoil = [=](std::vector<std::uint8_t>& pdu) { pdu[at] = value; };
  };
}

TEST_F(LoginTest, SaysWhereItFailed) {
  struct Row {
    std::size_t reply;
    Change change;
    const char* fault;
  };
  const Row rows[] = {
      {1, pairs({"TargetAlias=x", "MaxBurstLength=64k"}),
       "MaxBurstLength=64k in the operational stage"},
      {0, pairs({"AuthMethod=KRB5"}), "AuthMethod=KRB5 in the security stage"},
      {1, pairs({"AuthMethod=CHAP"}), "AuthMethod=CHAP in the operational stage"},
      {0, pairs({"CHAP_A=5"}), "CHAP_A=5 in the security stage"},
      {1, pairs({"no pair"}), "\"no pair\" in the operational stage"},
      {1, byte(1, 0x81), "flags and stages 0x81 in the operational stage"},
      {0, byte(19, 1), "Initiator Task Tag 0x00000001 in the security stage"},
      {0, byte(3, 2), "Version-active 0x02 in the security stage"},
      {1, byte(5, 0xff), "DataSegmentLength 0xff0000 in the operational stage"},
      {1, [](ScriptedReply& reply) { reply.status_class = 3; }, "in the operational stage"},
      {0, [](ScriptedReply& reply) { reply.status_class = 1; },
       "TargetAddress missing in the security stage"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.fault);
    auto script = plain_login();
    row.change(script[row.reply]);
    ASSERT_EQ(run(script).kind, LoginStep::Kind::Failed);
    EXPECT_EQ(login->fault(), row.fault);
  }
}

TEST_F(LoginTest, ShowsNoProofWhereItFailed) {
  (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  auto script = ChapTarget{hash}.script();
  script[1].decide = nullptr;
  script[1].text = text_of({"CHAP_A=5", "CHAP_I=1", "CHAP_C=zz11"});
  EXPECT_EQ(failure(script), Code{ChapErrc::BadChallenge});
  EXPECT_EQ(login->fault(), "CHAP_C=(not shown) in the security stage");
  script[1].text = text_of({"CHAP_A=5", "CHAP_I=1", "CHAP_C=0x11", "CHAP_C=0x22"});
  EXPECT_EQ(failure(script), Code{TextErrc::RepeatedKey});
  EXPECT_EQ(login->fault(), "CHAP_C=(not shown) in the security stage");
}

TEST_F(LoginTest, CutsAndEscapesWhatItShows) {
  auto script = plain_login();
  script[1].text = text_of({"MaxBurstLength=\nx" + std::string(200, '9')});
  EXPECT_EQ(failure(script), Code{TextErrc::BadNumber});
  EXPECT_EQ(login->fault(),
            "MaxBurstLength=\\x0ax" + std::string(59, '9') + "... in the operational stage");
}

}  // namespace
}  // namespace isboot::iscsi
