// One row a rule: what the target does, and what comes of it. docs/login.md has the same rules as
// a table; what a target gets refused for has its rows in login_hostile_test.cc and chap_test.cc.
#include "core/iscsi/tolerance.h"

#include <algorithm>
#include <set>

#include "testing/chap_target.h"
#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::ChapTarget;
using isboot::testing::go_on;
using isboot::testing::operational_done;
using isboot::testing::plain_login;
using isboot::testing::ScriptedReply;
using isboot::testing::text_of;
using Kind = LoginStep::Kind;
using Change = std::function<void(ScriptedReply&)>;

Change pairs(const std::vector<std::string>& values) {
  return [=](ScriptedReply& reply) { reply.text = text_of(values); };
}
Change byte(std::size_t at, std::uint8_t value) {
  return [=](ScriptedReply& reply) {
    reply.spoil = [=](std::vector<std::uint8_t>& pdu) { pdu[at] = value; };
  };
}

struct Row {
  Tolerance rule;
  const char* name;
  std::size_t reply;  // of plain_login(): 0 security, 1 operational
  Change change;
  const char* note;                     // how it is told
  bool (*holds)(const SessionParams&);  // what was agreed on instead
};

const Row kRows[] = {
    {Tolerance::OutsideOffer, "more connections", 1, pairs({"MaxConnections=8"}),
     "target says MaxConnections=8 (answer outside the offer); taken: 1",
     [](const SessionParams&) { return true; }},
    {Tolerance::OutsideOffer, "more R2Ts", 1, pairs({"MaxOutstandingR2T=16"}),
     "target says MaxOutstandingR2T=16 (answer outside the offer); taken: 1",
     [](const SessionParams& got) { return got.max_outstanding_r2t == 1; }},
    {Tolerance::OutsideOffer, "retains longer", 1, pairs({"DefaultTime2Retain=20"}),
     "target says DefaultTime2Retain=20 (answer outside the offer); taken: 0",
     [](const SessionParams& got) { return got.time2retain == 0; }},
    {Tolerance::OutsideOffer, "a larger burst", 1, pairs({"MaxBurstLength=16777215"}),
     "target says MaxBurstLength=16777215 (answer outside the offer); taken: 16776192",
     [](const SessionParams& got) { return got.max_burst_length == 16776192; }},
    {Tolerance::OutsideOffer, "a larger first burst", 1, pairs({"FirstBurstLength=1048576"}),
     "target says FirstBurstLength=1048576 (answer outside the offer); taken: 262144",
     [](const SessionParams& got) { return got.first_burst_length == 262144; }},
    {Tolerance::OutsideOffer, "a higher recovery level", 1, pairs({"ErrorRecoveryLevel=2"}),
     "target says ErrorRecoveryLevel=2 (answer outside the offer); taken: 0",
     [](const SessionParams& got) { return got.error_recovery_level == 0; }},
    {Tolerance::OutsideOffer, "out of order", 1, pairs({"DataPDUInOrder=No"}),
     "target says DataPDUInOrder=No (answer outside the offer); taken: Yes",
     [](const SessionParams& got) { return got.data_pdu_in_order; }},
    {Tolerance::OutOfRange, "a number too large", 1, pairs({"MaxRecvDataSegmentLength=33554432"}),
     "target says MaxRecvDataSegmentLength=33554432 (number outside the key's range); taken: "
     "16777215",
     [](const SessionParams& got) { return got.max_xmit_data_segment_length == 16777215; }},
    {Tolerance::OutOfRange, "a number too small", 1, pairs({"MaxRecvDataSegmentLength=0"}),
     "target says MaxRecvDataSegmentLength=0 (number outside the key's range); taken: 512",
     [](const SessionParams& got) { return got.max_xmit_data_segment_length == 512; }},
    {Tolerance::OutOfRange, "a number that overflows", 1,
     pairs({"MaxBurstLength=0x100000000000000000000"}),
     "target says MaxBurstLength=0x100000000000000000000 (number outside the key's range); taken: "
     "16776192",
     [](const SessionParams& got) { return got.max_burst_length == 16776192; }},
    {Tolerance::NotPlain, "a number with a blank behind it", 1,
     pairs({"MaxRecvDataSegmentLength=65536 "}),
     "target says MaxRecvDataSegmentLength=65536  (no plain number); taken: 65536",
     [](const SessionParams& got) { return got.max_xmit_data_segment_length == 65536; }},
    {Tolerance::NotPlain, "a number in a line of its own", 1, pairs({"MaxBurstLength=\t4096\r\n"}),
     "target says MaxBurstLength=\\x094096\\x0d\\x0a (no plain number); taken: 4096",
     [](const SessionParams& got) { return got.max_burst_length == 4096; }},
    {Tolerance::NotPlain, "two numbers", 1, pairs({"FirstBurstLength=65536,4096"}),
     "target says FirstBurstLength=65536,4096 (no plain number); taken: 4096",
     [](const SessionParams& got) { return got.first_burst_length == 4096; }},
    {Tolerance::NotPlain, "no number where nobody sends by it", 1, pairs({"MaxConnections="}),
     "target says MaxConnections= (no plain number); taken: 1",
     [](const SessionParams&) { return true; }},
    {Tolerance::NotPlain, "a time below zero", 1, pairs({"DefaultTime2Wait=-1"}),
     "target says DefaultTime2Wait=-1 (no plain number); taken: 2",
     [](const SessionParams& got) { return got.time2wait == 2; }},
    {Tolerance::NotPlain, "a level of another kind", 1, pairs({"ErrorRecoveryLevel=none"}),
     "target says ErrorRecoveryLevel=none (no plain number); taken: 0",
     [](const SessionParams& got) { return got.error_recovery_level == 0; }},
    {Tolerance::NotYesOrNo, "InitialR2T of neither", 1, pairs({"InitialR2T=maybe"}),
     "target says InitialR2T=maybe (neither Yes nor No); taken: Yes",
     [](const SessionParams& got) { return got.initial_r2t; }},
    {Tolerance::NotYesOrNo, "ImmediateData of neither", 1, pairs({"ImmediateData="}),
     "target says ImmediateData= (neither Yes nor No); taken: No",
     [](const SessionParams& got) { return !got.immediate_data; }},
    {Tolerance::ListAnswered, "a list of digests", 1, pairs({"HeaderDigest=CRC32C,None"}),
     "target says HeaderDigest=CRC32C,None (list instead of one value); taken: None",
     [](const SessionParams& got) { return !got.header_digest; }},
    {Tolerance::OtherCase, "a value in small letters", 1, pairs({"InitialR2T=yes"}),
     "target says InitialR2T=yes (other case); taken: Yes",
     [](const SessionParams& got) { return got.initial_r2t; }},
    {Tolerance::OtherCase, "a name in small letters", 1, pairs({"maxburstlength=4096"}),
     "target says maxburstlength=4096 (other case); taken: MaxBurstLength",
     [](const SessionParams& got) { return got.max_burst_length == 4096; }},
    {Tolerance::OtherCase, "a method in small letters", 0, pairs({"AuthMethod=none"}),
     "target says AuthMethod=none (other case); taken: None",
     [](const SessionParams& got) { return got.chap_algorithm == 0; }},
    {Tolerance::Blanks, "a blank behind the name", 1, pairs({"MaxBurstLength =4096"}),
     "target says MaxBurstLength=4096 (blanks around it); taken: MaxBurstLength",
     [](const SessionParams& got) { return got.max_burst_length == 4096; }},
    {Tolerance::Blanks, "a blank before a digest", 1, pairs({"HeaderDigest= none"}),
     "target says HeaderDigest= none (blanks around it); taken: None",
     [](const SessionParams& got) { return !got.header_digest; }},
    {Tolerance::Blanks, "a blank behind a boolean", 1, pairs({"InitialR2T=No "}),
     "target says InitialR2T=No  (blanks around it); taken: No",
     [](const SessionParams& got) { return !got.initial_r2t; }},
    {Tolerance::Blanks, "a method in a line of its own", 0, pairs({"AuthMethod=None\r\n"}),
     "target says AuthMethod=None\\x0d\\x0a (blanks around it); taken: None",
     [](const SessionParams& got) { return got.chap_algorithm == 0; }},
    {Tolerance::ListAnswered, "a list of methods", 0, pairs({"AuthMethod=CHAP,None"}),
     "target says AuthMethod=CHAP,None (list instead of one value); taken: None",
     [](const SessionParams& got) { return got.chap_algorithm == 0; }},
    {Tolerance::NoMethod, "a method that is not understood", 0, pairs({"AuthMethod=NotUnderstood"}),
     "target says AuthMethod=NotUnderstood (AuthMethod without a choice); taken: None",
     [](const SessionParams& got) { return got.chap_algorithm == 0; }},
    {Tolerance::OddName, "a vendor's key with a colon", 1, pairs({"X-org.example:key=1"}),
     "target says X-org.example:key=1 (key's name that is none); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::OddName, "a name with a blank inside", 0, pairs({"Auth Method=CHAP"}),
     "target says Auth Method=CHAP (key's name that is none); taken: nothing",
     [](const SessionParams& got) { return got.chap_algorithm == 0; }},
    {Tolerance::NoOffer, "an answer to nothing", 1, pairs({"X-org.example.key=Reject"}),
     "target says X-org.example.key=Reject (answer to no offer); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::NoOffer, "a key of initiators", 1, pairs({"SendTargets=All"}),
     "target says SendTargets=All (answer to no offer); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::SaidTwice, "two answers", 1, pairs({"MaxBurstLength=65536", "MaxBurstLength=4096"}),
     "target says MaxBurstLength=4096 (key sent twice); taken: 4096",
     [](const SessionParams& got) { return got.max_burst_length == 4096; }},
    {Tolerance::SaidTwice, "two declarations", 1, pairs({"TargetPortalGroupTag=7"}),
     "target says TargetPortalGroupTag=7 (key sent twice); taken: 7",
     [](const SessionParams& got) { return got.target_portal_group_tag == 7; }},
    {Tolerance::EarlyKey, "a parameter in the security stage", 0,
     pairs({"AuthMethod=None", "FirstBurstLength=4096"}),
     "target says FirstBurstLength=4096 (operational key in the security stage); taken: 4096",
     [](const SessionParams& got) { return got.first_burst_length == 4096; }},
    {Tolerance::LateMethod, "the method again", 1, pairs({"AuthMethod=None"}),
     "target says AuthMethod=None (AuthMethod after its stage); taken: None",
     [](const SessionParams& got) { return got.chap_algorithm == 0; }},
    {Tolerance::OurOwnName, "what it heard", 0,
     pairs({"AuthMethod=None", "TargetName=iqn.2026-11.org.example:disk"}),
     "target says TargetName=iqn.2026-11.org.example:disk (our own key sent back); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::OurOwnName, "a name that it does not know as a key", 0,
     pairs({"AuthMethod=None", "TargetName=Irrelevant"}),
     "target says TargetName=Irrelevant (our own key sent back); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::OurOwnName, "what it heard, in other case and with a blank", 1,
     pairs({"SessionType=normal "}),
     "target says SessionType=normal  (our own key sent back); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::OurOwnName, "our name left empty", 1, pairs({"InitiatorName="}),
     "target says InitiatorName= (our own key sent back); taken: nothing",
     [](const SessionParams&) { return true; }},
    {Tolerance::GroupTag, "a tag below zero", 0, pairs({"TargetPortalGroupTag=-1"}),
     "target says TargetPortalGroupTag=-1 (no portal group tag); taken: nothing",
     [](const SessionParams& got) { return got.target_portal_group_tag == 0; }},
    {Tolerance::UnansweredKey, "an obsolete key at the end", 1, pairs({"IFMarker=No"}),
     "target says IFMarker=No (T and a key that wants an answer); taken: no answer",
     [](const SessionParams&) { return true; }},
    {Tolerance::UnansweredKey, "an unknown key at the end", 1, pairs({"X-org.example.key=1"}),
     "target says X-org.example.key=1 (T and a key that wants an answer); taken: no answer",
     [](const SessionParams&) { return true; }},
    {Tolerance::NoNul, "no NUL at the end", 1,
     [](ScriptedReply& reply) { reply.text = "MaxBurstLength=65536"; },
     "target says MaxBurstLength=65536 (last pair without a NUL); taken: the pair",
     [](const SessionParams& got) { return got.max_burst_length == 65536; }},
    {Tolerance::NoSessionHandle, "no TSIH", 1, [](ScriptedReply& reply) { reply.tsih = 0; },
     "target says TSIH=0 (no TSIH in the final response); taken: 0",
     [](const SessionParams& got) { return got.tsih == 0; }},
    {Tolerance::StatSnJumps, "the same StatSN again", 1, byte(27, 0xe8),
     "target says StatSN=1000 (StatSN is not the one after the last); taken: 1000",
     [](const SessionParams& got) { return got.exp_stat_sn == 1001; }},
    {Tolerance::StatSnJumps, "a StatSN that jumps", 1, byte(24, 0x80),
     "target says StatSN=2147484649 (StatSN is not the one after the last); taken: 2147484649",
     [](const SessionParams& got) { return got.exp_stat_sn == 0x800003eaU; }},
    {Tolerance::OtherCmdSn, "another CmdSN", 1, byte(31, 2),
     "target says ExpCmdSN=2 (ExpCmdSN is not our CmdSN); taken: 1",
     [](const SessionParams& got) { return got.cmd_sn == 1; }},
    {Tolerance::OperationalSkipped, "straight to the end", 0, byte(1, 0x83),
     "target says NSG=3 (operational stage skipped); taken: the defaults",
     [](const SessionParams& got) {
       return got.max_recv_data_segment_length == 8192 && got.first_burst_length == 65536 &&
              got.initial_r2t;
     }},
};

class ToleranceTest : public LoginTest {
protected:
  std::vector<std::string> told() const {
    std::vector<std::string> lines;
    for (const Note& note : login->notes()) lines.emplace_back(to_text(note).view());
    return lines;
  }
  bool told_once(const std::string& line) const {
    const auto lines = told();
    return std::count(lines.begin(), lines.end(), line) == 1;
  }
};

TEST_F(ToleranceTest, MakesSafeAndTellsWhatDoesNoHarm) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    auto script = plain_login();
    row.change(script[row.reply]);
    ASSERT_EQ(run(script).kind, Kind::Complete) << login->fault();
    EXPECT_TRUE(told_once(row.note)) << ::testing::PrintToString(told());
    EXPECT_TRUE(row.holds(login->params()));
  }
}

TEST_F(ToleranceTest, HasARowForEveryRule) {
  std::set<Tolerance> rules{Tolerance::TransitNotAsked};  // the test below
  for (const Row& row : kRows) rules.insert(row.rule);
  EXPECT_EQ(rules.size(), kToleranceCount);
}

TEST_F(ToleranceTest, TellsNothingOfAnHonestTarget) {
  ASSERT_EQ(run(plain_login({"MaxBurstLength=65536", "InitialR2T=Yes"})).kind, Kind::Complete);
  EXPECT_EQ(told(), std::vector<std::string>{});
}

// With a secret the first request has no T: the choice is the target's.
TEST_F(ToleranceTest, GoesOnWithATargetThatWantsNoProofOfUs) {
  (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  const auto none = text_of({"AuthMethod=None", "TargetPortalGroupTag=1"});
  ScriptedReply stay;
  stay.text = none;
  ScriptedReply on = go_on();
  on.text = none;
  // What it says in each response of the stage is the same, and nothing new.
  ASSERT_EQ(run({stay, on, operational_done()}).kind, Kind::Complete) << login->fault();
  EXPECT_EQ(told(), std::vector<std::string>{});
  // T at once.
  on.next_stage = 1;
  ASSERT_EQ(run({on, operational_done()}).kind, Kind::Complete) << login->fault();
  EXPECT_TRUE(told_once("target says T=1 (T without being asked); taken: 1"));
  // No word of a method, but it goes on as soon as it is asked to.
  ASSERT_EQ(run({ScriptedReply{}, go_on(), operational_done()}).kind, Kind::Complete);
}

// Without the security stage nothing would be proved.
TEST_F(ToleranceTest, NeverSkipsTheSecurityStageWithASecret) {
  config.skips_security = true;
  ASSERT_EQ(run({operational_done()}).kind, Kind::Complete) << login->fault();
  (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  (void)run(ChapTarget{hash}.script());
  EXPECT_NE(login->params().chap_algorithm, 0);
}

// T without our T is never a way around a proof.
TEST_F(ToleranceTest, SkipsNoProof) {
  (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  for (const int next : {1, 3}) {
    SCOPED_TRACE(next);
    ScriptedReply chosen = go_on();
    chosen.next_stage = next;
    chosen.text = text_of({"AuthMethod=CHAP"});
    EXPECT_EQ(failure({chosen}), Code{LoginErrc::TransitNotAsked});
    auto script = ChapTarget{hash}.script();
    script[1].transit = true;  // together with its challenge
    script[1].next_stage = next;
    EXPECT_EQ(failure(script), Code{LoginErrc::TransitNotAsked});
  }
  (void)config.credentials.reverse_secret.assign(as_bytes("target's secret"));
  for (const char* method :
       {"AuthMethod=None", "AuthMethod=none", "X-org.example.key=1", "AuthMethod=NotUnderstood",
        "AuthMethod=Irrelevant", "AuthMethod= None ", "AuthMethod=None,None", "Auth Method=CHAP"}) {
    ScriptedReply on = go_on();
    on.text = text_of({method});
    for (const int next : {1, 3}) {
      on.next_stage = next;
      EXPECT_EQ(failure({on}), Code{LoginErrc::MethodNotOffered}) << method;
    }
  }
  // Its own proof is missing, and it would go straight to the end.
  auto script = ChapTarget{hash}.script();
  script[2].next_stage = 3;
  EXPECT_EQ(failure(script), Code{ChapErrc::TargetNotProved});
}

// Where we have a secret, the target's choice must be one: CHAP where a list has it (chap_test.cc).
TEST_F(ToleranceTest, WithASecretAWordThatIsNoMethodIsNoChoice) {
  (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  for (const char* method : {"NotUnderstood", "Irrelevant", "None,KRB5"}) {
    ScriptedReply reply;
    reply.text = text_of({std::string{"AuthMethod="} + method});
    EXPECT_EQ(failure({reply}), Code{LoginErrc::MethodNotOffered}) << method;
  }
}

TEST_F(ToleranceTest, ADeclarationThatIsRefusedStands) {
  ASSERT_EQ(
      run(plain_login({"MaxRecvDataSegmentLength=65536", "MaxRecvDataSegmentLength=Reject"})).kind,
      Kind::Complete);
  EXPECT_EQ(login->params().max_xmit_data_segment_length, 65536U);
}

TEST_F(ToleranceTest, TakesWhatIsOfNoUseInADiscoverySession) {
  config.target_name.clear();
  ASSERT_EQ(run(plain_login({"InitialR2T=Yes", "FirstBurstLength=4096", "MaxConnections=8"})).kind,
            Kind::Complete);
  EXPECT_TRUE(
      told_once("target says InitialR2T=Yes (T and a key that wants an answer); taken: no answer"));
}

TEST_F(ToleranceTest, KeepsABoundedNumberOfNotes) {
  std::vector<std::string> many;
  for (int i = 0; i < 40; ++i) many.push_back("X-org.example.k" + std::to_string(i) + "=Reject");
  ASSERT_EQ(run(plain_login(many)).kind, Kind::Complete);
  EXPECT_EQ(told().size(), Notes::kMost);
}

TEST(Note, ShowsNoProofAndNoUnprintableByte) {
  Notes notes;
  notes.add(Tolerance::NoNul, "CHAP_R", "0x0123456789", "the pair");
  notes.add(Tolerance::NoNul, "chap_c", "0x0123456789", "the pair");
  notes.add(Tolerance::NoNul, "TargetAlias", "a\n\xff", "the pair");
  notes.add(Tolerance::NoNul, "TargetAlias", std::string(100, 'x'), "the pair");
  EXPECT_EQ(to_text(notes.view()[0]).view(),
            "target says CHAP_R=(not shown) (last pair without a NUL); taken: the pair");
  EXPECT_EQ(to_text(notes.view()[1]).view(),
            "target says chap_c=(not shown) (last pair without a NUL); taken: the pair");
  EXPECT_EQ(to_text(notes.view()[2]).view(),
            "target says TargetAlias=a\\x0a\\xff (last pair without a NUL); taken: the pair");
  EXPECT_EQ(to_text(notes.view()[3]).view(), "target says TargetAlias=" + std::string(37, 'x') +
                                                 "... (last pair without a NUL); taken: the pair");
}

}  // namespace
}  // namespace isboot::iscsi
