// Every lie of a target that we can think of, and the error that it gets.
#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::operational_done;
using isboot::testing::plain_login;
using isboot::testing::ScriptedReply;
using isboot::testing::security_done;
using isboot::testing::text_of;
using Kind = LoginStep::Kind;
using Pdu = std::vector<std::uint8_t>;

using namespace std::string_literals;

struct Lie {
  const char* name;
  std::size_t reply;  // of plain_login(): 0 security, 1 operational
  std::function<void(ScriptedReply&)> change;
  Code code;
};

std::function<void(ScriptedReply&)> byte(std::size_t at, std::uint8_t value) {
  return [=](ScriptedReply& reply) { reply.spoil = [=](Pdu& pdu) { pdu[at] = value; }; };
}
std::function<void(ScriptedReply&)> text(const std::string& value) {
  return [=](ScriptedReply& reply) { reply.text = value; };
}

const Lie kLies[] = {
    {"another opcode", 0, byte(0, 0x24), PduErrc::UnexpectedOpcode},
    {"a Reject", 1, byte(0, 0x3f), PduErrc::Rejected},
    {"another version", 0, byte(3, 1), PduErrc::BadVersion},
    {"AHS", 0, byte(4, 1), PduErrc::HasAhs},
    {"16 MiB of text", 0, byte(5, 0xff), PduErrc::SegmentTooLong},
    {"8193 bytes of text", 1, text(std::string(8193, '\0')), PduErrc::SegmentTooLong},
    {"another task", 0, byte(19, 1), LoginErrc::WrongTaskTag},
    {"another task in the end", 1, byte(16, 0xff), LoginErrc::WrongTaskTag},
    {"T and C", 0, byte(1, 0xc1), PduErrc::ContinueAndTransit},
    {"CSG of the stage to come", 0, byte(1, 0x87), LoginErrc::WrongStage},
    {"CSG of the stage before", 1, byte(1, 0x81), LoginErrc::WrongStage},
    {"CSG full feature", 1, byte(1, 0x0c), LoginErrc::WrongStage},
    {"CSG 2", 0, byte(1, 0x08), PduErrc::BadStage},
    {"NSG 2", 1, byte(1, 0x86), PduErrc::BadStage},
    {"NSG of the same stage", 1, byte(1, 0x85), PduErrc::BadStage},
    {"NSG that goes back", 1, byte(1, 0x84), PduErrc::BadStage},
    {"key without '='", 1, text("MaxBurstLength\0"s), TextErrc::NoEquals},
    {"nothing but bytes", 1, text(std::string(64, '\xff')), TextErrc::NoEquals},
    {"a name of 64 letters", 1, text(std::string(64, 'A') + "=1\0"s), TextErrc::BadKeyName},
    {"two AuthMethods", 0, text(text_of({"AuthMethod=None", "AuthMethod=CHAP"})),
     TextErrc::RepeatedKey},
    {"another AuthMethod later", 1, text(text_of({"AuthMethod=CHAP"})),
     LoginErrc::UnexpectedSecurity},
    {"CHAP after its stage", 1, text(text_of({"CHAP_A=5"})), TextErrc::WrongStage},
    {"a digest too early", 0, text(text_of({"HeaderDigest=CRC32C"})), TextErrc::WrongStage},
    {"a digest that was not offered", 1, text(text_of({"DataDigest=CRC32C"})), TextErrc::BadChoice},
    {"a value that is no number", 1, text(text_of({"MaxBurstLength=64k"})), TextErrc::BadNumber},
    {"a number below zero", 1, text(text_of({"MaxBurstLength=-1"})), TextErrc::BadNumber},
    {"a number and something else", 1, text(text_of({"FirstBurstLength=65536,all"})),
     TextErrc::BadNumber},
    {"an endless value", 1, text(text_of({"TargetAlias=" + std::string(3000, 'a')})),
     TextErrc::ValueTooLong},
    {"CHAP out of nowhere", 0, text(text_of({"CHAP_A=5", "CHAP_I=1", "CHAP_C=0x00"})),
     LoginErrc::UnexpectedSecurity},
    {"a method that was not offered", 0, text(text_of({"AuthMethod=CHAP"})),
     LoginErrc::MethodNotOffered},
    {"another initiator", 1, text(text_of({"InitiatorName=iqn.2026-11.org.example:x"})),
     TextErrc::WrongSender},
    {"another target", 0, text(text_of({"TargetName=iqn.2026-11.org.example:x"})),
     TextErrc::WrongSender},
    {"another type of session", 1, text(text_of({"SessionType=Discovery"})), TextErrc::WrongSender},
};

TEST_F(LoginTest, NamesEveryLieOfATarget) {
  for (const Lie& lie : kLies) {
    SCOPED_TRACE(lie.name);
    auto script = plain_login();
    lie.change(script[lie.reply]);
    EXPECT_EQ(failure(script), lie.code);
    EXPECT_EQ(login->state(), LoginState::Failed);
    EXPECT_EQ(login->retry_policy(), RetryPolicy::Never);
    // After the end there is nothing more to be had.
    const std::array<std::uint8_t, 1> more{};
    EXPECT_EQ(login->on_bytes(more).error.code, Code{LoginErrc::OutOfOrder});
  }
}

TEST_F(LoginTest, EndsWithATargetThatNeverEnds) {
  const std::vector<ScriptedReply> staying(2 * kMaxRounds);
  EXPECT_EQ(failure(staying), Code{LoginErrc::TooManyRounds});
  EXPECT_EQ(target->requests().size(), kMaxRounds + 1);
}

TEST_F(LoginTest, EndsWithATextThatNeverEnds) {
  ScriptedReply empty;
  empty.continues = true;
  EXPECT_EQ(failure(std::vector<ScriptedReply>(2 * kMaxRounds, empty)),
            Code{LoginErrc::TooManyRounds});
  ScriptedReply full = empty;
  full.text = std::string(kLoginSegment, '\0');
  EXPECT_EQ(failure(std::vector<ScriptedReply>(2 * kMaxRounds, full)), Code{TextErrc::TextTooLong});
  EXPECT_EQ(target->requests().size(), kMaxText / kLoginSegment + 1);
}

TEST_F(LoginTest, RefusesTenThousandKeys) {
  std::string keys;
  for (int i = 0; i < 2000; ++i) keys += "K=1\0"s;  // as many as fit into one response
  auto script = plain_login();
  script[1].text = keys;
  EXPECT_EQ(failure(script), Code{TextErrc::TooManyKeys});
}

TEST_F(LoginTest, RefusesTransitThatWasNotAskedFor) {
  config.request_segment = 64;
  EXPECT_EQ(failure(plain_login()), Code{PduErrc::BadStage});  // NSG follows our 0
  auto script = plain_login();
  script[0].next_stage = 1;
  EXPECT_EQ(failure(script), Code{LoginErrc::TransitNotAsked});
}

TEST_F(LoginTest, RefusesTextWhileItsOwnGoesOn) {
  config.request_segment = 64;
  ScriptedReply talks;
  talks.text = text_of({"AuthMethod=None"});
  EXPECT_EQ(failure({talks}), Code{LoginErrc::TextInTheMiddle});
  ScriptedReply goes_on;
  goes_on.continues = true;
  EXPECT_EQ(failure({goes_on}), Code{LoginErrc::TextInTheMiddle});
}

// A redirection to itself is found by whoever follows it: tests/boot/session_test.cc.
TEST_F(LoginTest, SurvivesEveryByteBeingEveryValueInTheHeader) {
  for (std::size_t at = 0; at < kHeaderSize; ++at)
    for (int value = 0; value < 256; ++value) {
      auto script = plain_login();
      byte(at, static_cast<std::uint8_t>(value))(script[1]);
      const LoginStep step = run(script);
      // A longer text than was sent leaves the login waiting.
      EXPECT_TRUE(step.kind == Kind::Complete || step.kind == Kind::Failed ||
                  step.kind == Kind::Receive || step.kind == Kind::Redirect);
    }
}

}  // namespace
}  // namespace isboot::iscsi
