#include "core/iscsi/chap.h"

#include "testing/chap_target.h"
#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::ChapTarget;
using isboot::testing::ScriptedReply;
using Kind = LoginStep::Kind;

constexpr HashAlgorithm kAll[] = {HashAlgorithm::Md5, HashAlgorithm::Sha1, HashAlgorithm::Sha256,
                                  HashAlgorithm::Sha3_256};

class ChapTest : public LoginTest {
protected:
  ChapTest() { use_secrets("initiator's secret", ""); }

  void use_secrets(const std::string& secret, const std::string& reverse) {
    (void)config.credentials.name.assign("user");
    (void)config.credentials.secret.assign(as_bytes(secret));
    (void)config.credentials.reverse_secret.assign(as_bytes(reverse));
  }
  void use_mutual() {
    use_secrets("initiator's secret", "target's secret");
    peer.reverse_secret = "target's secret";
  }
  Code failure_of_peer() { return failure(peer.script()); }

  ChapTarget peer{hash};
};

TEST_F(ChapTest, ProvesItselfWithEveryAlgorithmBothWays) {
  for (const HashAlgorithm algorithm : kAll) {
    for (const bool mutual : {false, true}) {
      SCOPED_TRACE(::testing::Message() << static_cast<int>(algorithm) << mutual);
      use_secrets("initiator's secret", mutual ? "target's secret" : "");
      peer.reverse_secret = mutual ? "target's secret" : "";
      peer.algorithm = algorithm;
      for (const std::size_t cut : {0, 1}) {
        ASSERT_EQ(run(peer.script(), cut).kind, Kind::Complete);
        EXPECT_TRUE(target->complaints().empty()) << target->complaints().front();
      }
      EXPECT_EQ(login->params().chap_algorithm, static_cast<int>(algorithm));
      EXPECT_EQ(target->requests()[0].key("AuthMethod"), mutual ? "CHAP" : "CHAP,None");
      EXPECT_EQ(target->requests()[2].key("CHAP_N"), "user");
    }
  }
}

TEST_F(ChapTest, OffersTheStrongestFirstAndOnlyWhatIsAllowed) {
  (void)run(peer.script());
  EXPECT_EQ(target->requests()[1].key("CHAP_A"), "8,7,6,5");
  config.chap_algorithms = AlgorithmSet{}.with(HashAlgorithm::Sha1).with(HashAlgorithm::Sha256);
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::AlgorithmNotOffered});
  EXPECT_EQ(target->requests()[1].key("CHAP_A"), "7,6");
  config.chap_algorithms = AlgorithmSet::all();
  hash.missing = HashAlgorithm::Sha3_256;
  (void)run(peer.script());
  EXPECT_EQ(target->requests()[1].key("CHAP_A"), "7,6,5");
}

TEST_F(ChapTest, TakesSecretsOfAnyByteThatAPersonMayType) {
  for (const std::string& secret :
       {std::string{"two words  and 'quotes' \"\\$`"}, std::string{"=,\t;#%"},
        std::string{"\xc3\xa4\xe2\x82\xac"}, std::string{"x"}, std::string(255, 's')}) {
    SCOPED_TRACE(secret);
    use_secrets(secret, "");
    peer.secret = secret;
    EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
    peer.secret = secret + " ";
    EXPECT_EQ(failure_of_peer(), Code{RefusalErrc::AuthenticationFailed});
    EXPECT_EQ(login->refusal_text(),
              "authentication failed (0x0201): check the CHAP name and secret");
  }
}

TEST_F(ChapTest, TakesIdentifierAndChallengeInEveryEncoding) {
  peer.identifier = "0xFf";
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  peer.identifier = "0";
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  auto script = peer.script();
  // The same challenge in base64; the target checks it as the hex that it knows.
  script[1].text =
      isboot::testing::text_of({"CHAP_A=5", "CHAP_I=0", "CHAP_C=0bABEiM0RVZneImaq7zN3u/w=="});
  EXPECT_EQ(run(script).kind, Kind::Complete);
  peer.challenge = "0x" + std::string(2 * kMaxBinary, 'a');
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
}

TEST_F(ChapTest, RefusesEveryOtherFormOfAChallenge) {
  struct Row {
    const char* name;
    std::vector<std::string> pairs;
    Code code;
  };
  const std::string c = "CHAP_C=0x0011";
  const Row rows[] = {
      {"algorithm not offered", {"CHAP_A=4", "CHAP_I=1", c}, ChapErrc::AlgorithmNotOffered},
      {"algorithm is no number", {"CHAP_A=MD5", "CHAP_I=1", c}, ChapErrc::AlgorithmNotOffered},
      {"algorithms rejected", {"CHAP_A=Reject"}, ChapErrc::AlgorithmRejected},
      {"algorithms rejected, in other case", {"CHAP_A=reject"}, ChapErrc::AlgorithmRejected},
      {"algorithms rejected, keys there",
       {"CHAP_A=Reject", "CHAP_I=1", c},
       ChapErrc::AlgorithmRejected},
      {"no identifier", {"CHAP_A=5", c}, ChapErrc::MissingKey},
      {"identifier 256", {"CHAP_A=5", "CHAP_I=256", c}, ChapErrc::BadIdentifier},
      {"identifier -1", {"CHAP_A=5", "CHAP_I=-1", c}, ChapErrc::BadIdentifier},
      {"empty challenge", {"CHAP_A=5", "CHAP_I=1", "CHAP_C="}, ChapErrc::BadChallenge},
      {"challenge without digits", {"CHAP_A=5", "CHAP_I=1", "CHAP_C=0x"}, ChapErrc::BadChallenge},
      {"challenge in plain", {"CHAP_A=5", "CHAP_I=1", "CHAP_C=1234"}, ChapErrc::BadChallenge},
      {"challenge of 1025 bytes",
       {"CHAP_A=5", "CHAP_I=1", "CHAP_C=0b" + std::string(1368, 'A')},
       ChapErrc::BadChallenge},
      {"two challenges", {"CHAP_A=5", "CHAP_I=1", c, "CHAP_C=0x77"}, TextErrc::RepeatedKey},
      {"two algorithms", {"CHAP_A=5", "CHAP_A=6", "CHAP_I=1", c}, TextErrc::RepeatedKey},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    auto script = peer.script();
    script[1].text = isboot::testing::text_of(row.pairs);
    EXPECT_EQ(failure(script), row.code);
  }
}

TEST_F(ChapTest, RefusesATargetThatDoesNotProveItself) {
  use_mutual();
  peer.reverse_secret = "";
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::TargetNotProved});
  peer.reverse_secret = "another secret";
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::WrongResponse});
  // One that would rather not be asked.
  auto skipping = isboot::testing::plain_login();
  skipping[0].next_stage = 1;
  EXPECT_EQ(failure(skipping), Code{LoginErrc::MethodNotOffered});
  ScriptedReply none;
  none.text = isboot::testing::text_of({"AuthMethod=None"});
  EXPECT_EQ(failure({none}), Code{LoginErrc::MethodNotOffered});
}

TEST_F(ChapTest, ChecksTheTargetsNameWhenOneIsGiven) {
  use_mutual();
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  (void)config.credentials.reverse_name.assign("target");
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  peer.reverse_name = "target2";
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::WrongName});
}

TEST_F(ChapTest, RefusesAResponseOfAnotherLength) {
  use_mutual();
  for (const char* response : {"0x", "0x00", "0b", "00", "0x000102030405060708090a0b0c0d0e0f10"}) {
    SCOPED_TRACE(response);
    auto script = peer.script();
    script[2].decide = nullptr;
    script[2].text = isboot::testing::text_of({"CHAP_N=target", std::string{"CHAP_R="} + response});
    EXPECT_EQ(failure(script), Code{ChapErrc::BadResponse});
  }
}

TEST_F(ChapTest, RefusesItsOwnChallengeFromTheTarget) {
  use_mutual();
  (void)run(peer.script());
  peer.challenge = *target->requests()[2].key("CHAP_C");
  entropy = isboot::testing::FakeEntropy{};  // the same challenge again
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::ReflectedChallenge});
}

TEST_F(ChapTest, RefusesASecondChallenge) {
  for (const char* pair : {"CHAP_C=0x0011", "CHAP_I=2", "CHAP_A=6", "CHAP_A=MD5"}) {
    SCOPED_TRACE(pair);
    peer.extra_proof = pair;
    EXPECT_EQ(failure_of_peer(), Code{ChapErrc::RepeatedChallenge});
  }
}

TEST_F(ChapTest, RefusesAProofBeforeItAskedForOne) {
  use_mutual();
  auto script = peer.script();
  script[1].text =
      isboot::testing::text_of({"CHAP_A=5", "CHAP_I=1", "CHAP_C=0x0011", "CHAP_R=0x00"});
  EXPECT_EQ(failure(script), Code{LoginErrc::UnexpectedSecurity});
}

// What a target says of itself that nobody asked for, and what it says again.
TEST_F(ChapTest, LeavesOutWhatProvesNothing) {
  for (const char* pair : {"CHAP_R=0x0011", "CHAP_N=target", "CHAP_A=5", "AuthMethod=CHAP"}) {
    SCOPED_TRACE(pair);
    peer.extra_proof = pair;
    EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  }
  peer.extra_proof = "";
  for (const auto& [at, pairs] : std::vector<std::pair<std::size_t, std::vector<std::string>>>{
           {0, {"AuthMethod=CHAP", "CHAP_A=5"}},
           {1, {"CHAP_A=5", "CHAP_I=23", "CHAP_C=" + peer.challenge, "CHAP_N=target"}},
           {1, {"CHAP_A=5", "CHAP_I=23", "CHAP_C=" + peer.challenge, "CHAP_R=0x0011"}}}) {
    SCOPED_TRACE(pairs.back());
    auto script = peer.script();
    script[at].text = isboot::testing::text_of(pairs);
    EXPECT_EQ(run(script).kind, Kind::Complete);
    ASSERT_FALSE(login->notes().empty());
    EXPECT_EQ(name_of(login->notes()[0].tolerance), "answer to no offer");
  }
}

TEST_F(ChapTest, TakesValuesWithBlanksAroundThem) {
  use_mutual();
  (void)config.credentials.reverse_name.assign("target");
  for (const char* blanks : {" ", "\r\n", "\t "}) {
    auto script = peer.script();
    script[1].text = isboot::testing::text_of({std::string{"CHAP_A="} + blanks + "5",
                                               std::string{"CHAP_I=23"} + blanks,
                                               "CHAP_C=" + peer.challenge + blanks});
    EXPECT_EQ(run(script).kind, Kind::Complete);
    ASSERT_EQ(login->notes().size(), 3U);
    EXPECT_EQ(login->notes()[2].taken.view(), "(not shown)");
  }
  peer.reverse_name = "target ";
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  (void)config.credentials.reverse_name.assign("target ");
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  peer.reverse_name = "tar get";
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::WrongName});
}

TEST_F(ChapTest, TakesTheStrongerMethodOfAList) {
  for (const char* method : {"CHAP,None", "none , chap"}) {
    auto script = peer.script();
    script[0].text = isboot::testing::text_of({std::string{"AuthMethod="} + method});
    EXPECT_EQ(run(script).kind, Kind::Complete);
    EXPECT_EQ(login->notes()[0].taken.view(), "CHAP");
    EXPECT_NE(login->params().chap_algorithm, 0);
  }
}

TEST_F(ChapTest, SendsNothingWithCredentialsThatCannotWork) {
  use_secrets("the same", "the same");
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::SameSecret});
  EXPECT_TRUE(target->requests().empty());
  use_secrets("", "target's secret");
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::ReverseWithoutSecret});
  EXPECT_TRUE(target->requests().empty());
  use_secrets("initiator's secret", "");
  config.chap_algorithms = AlgorithmSet{};
  EXPECT_EQ(failure_of_peer(), Code{ChapErrc::NoAlgorithm});
  EXPECT_TRUE(target->requests().empty());
}

TEST_F(ChapTest, FailsWithoutEntropyForItsChallenge) {
  use_mutual();
  entropy.broken = true;
  EXPECT_EQ(failure_of_peer(), Code{Errc::Unsupported});
}

TEST_F(ChapTest, LogsInWithoutAProofWhereTheTargetWantsNone) {
  ScriptedReply none;
  none.text = isboot::testing::text_of({"AuthMethod=None"});
  ScriptedReply go_on;
  go_on.transit = true;
  EXPECT_EQ(run({none, go_on, isboot::testing::operational_done()}).kind, Kind::Complete);
  EXPECT_TRUE(target->complaints().empty());
}

TEST_F(ChapTest, RefusesMethodsThatItDidNotOffer) {
  for (const char* method : {"SRP", "KRB5", "None,KRB5", "CHAPS", ""}) {
    SCOPED_TRACE(method);
    ScriptedReply reply;
    reply.text = isboot::testing::text_of({std::string{"AuthMethod="} + method});
    EXPECT_EQ(failure({reply}), Code{LoginErrc::MethodNotOffered});
  }
  ScriptedReply reject;
  reject.text = isboot::testing::text_of({"AuthMethod=Reject"});
  EXPECT_EQ(failure({reject}), Code{LoginErrc::MethodRejected});
}

// tgt: number 7 is its SHA-1, so it finds our SHA-256 wrong.
TEST_F(ChapTest, ProposesMd5AfterARefusedSha256) {
  auto script = peer.script();
  script[1].text = isboot::testing::text_of({"CHAP_A=7", "CHAP_I=1", "CHAP_C=0x0011"});
  EXPECT_EQ(failure(script), Code{RefusalErrc::AuthenticationFailed});
  ASSERT_TRUE(login->chap_fallback());
  EXPECT_TRUE(login->chap_fallback()->has(HashAlgorithm::Md5));
  config.chap_algorithms = *login->chap_fallback();
  EXPECT_EQ(run(peer.script()).kind, Kind::Complete);
  EXPECT_EQ(target->requests()[1].key("CHAP_A"), "5");
}

// LIO before Linux 3.15: "CHAP_A is not MD5", and the end.
TEST_F(ChapTest, ProposesMd5WhereTheListItselfIsRefused) {
  auto script = peer.script();
  script[1].status_class = 2;
  EXPECT_EQ(failure(script), Code{RefusalErrc::InitiatorError});
  EXPECT_TRUE(login->chap_fallback());
  config.chap_algorithms = AlgorithmSet{}.with(HashAlgorithm::Sha256);
  EXPECT_EQ(failure(script), Code{RefusalErrc::InitiatorError});
  EXPECT_FALSE(login->chap_fallback());
  config.chap_algorithms = AlgorithmSet{}.with(HashAlgorithm::Md5);
  EXPECT_EQ(failure(script), Code{RefusalErrc::InitiatorError});
  EXPECT_FALSE(login->chap_fallback());
}

TEST_F(ChapTest, ProposesNothingAfterAnHonestRefusal) {
  peer.algorithm = HashAlgorithm::Sha3_256;
  peer.secret = "another secret";
  EXPECT_EQ(failure_of_peer(), Code{RefusalErrc::AuthenticationFailed});
  EXPECT_FALSE(login->chap_fallback());
}

TEST_F(ChapTest, NeverSendsASecret) {
  use_mutual();
  for (const HashAlgorithm algorithm : kAll) {
    peer.algorithm = algorithm;
    ASSERT_EQ(run(peer.script()).kind, Kind::Complete);
    for (const auto& request : target->requests())
      for (const char* secret : {"initiator's secret", "target's secret"})
        EXPECT_EQ(request.text.find(secret), std::string::npos);
  }
}

TEST(AlgorithmNames, AreReadAsAList) {
  const auto two = parse_algorithms("SHA256,md5");
  ASSERT_TRUE(two);
  EXPECT_TRUE(two->has(HashAlgorithm::Sha256));
  EXPECT_TRUE(two->has(HashAlgorithm::Md5));
  EXPECT_FALSE(two->has(HashAlgorithm::Sha1));
  for (const HashAlgorithm algorithm : kAll)
    EXPECT_TRUE(parse_algorithms(name_of(algorithm))->has(algorithm));
  EXPECT_EQ(parse_algorithms("sha1,md4").error().offset, 5U);
  EXPECT_FALSE(parse_algorithms(""));
  EXPECT_FALSE(parse_algorithms("sha1,"));
}

TEST(ConstantTime, ComparesWholeValues) {
  const std::array<std::uint8_t, 3> a = {1, 2, 3};
  const std::array<std::uint8_t, 3> b = {1, 2, 4};
  EXPECT_TRUE(equal_in_constant_time(a, a));
  EXPECT_FALSE(equal_in_constant_time(a, b));
  EXPECT_FALSE(equal_in_constant_time(a, Bytes{a}.first(2)));
}

}  // namespace
}  // namespace isboot::iscsi
