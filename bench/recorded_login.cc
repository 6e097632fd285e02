#include "bench/recorded_login.h"

#include <cstdlib>
#include <string>

#include "testing/chap_target.h"
#include "testing/fake_entropy.h"

namespace isboot::iscsi {
namespace {

using Kind = LoginStep::Kind;

const std::vector<std::string> kAnswers = {
    "HeaderDigest=None",       "DataDigest=None",         "MaxConnections=1",
    "InitialR2T=No",           "ImmediateData=Yes",       "MaxRecvDataSegmentLength=262144",
    "MaxBurstLength=1048576",  "FirstBurstLength=262144", "DefaultTime2Wait=2",
    "DefaultTime2Retain=0",    "MaxOutstandingR2T=1",     "DataPDUInOrder=Yes",
    "DataSequenceInOrder=Yes", "ErrorRecoveryLevel=0"};

LoginConfig make_config() {
  LoginConfig config;
  (void)config.initiator_name.assign("iqn.2026-11.org.example:initiator");
  (void)config.target_name.assign("iqn.2026-11.org.example:disk");
  return config;
}

LoginStep give(Login& login, Bytes reply) {
  const LoginStep step = login.on_bytes(reply.first(kHeaderSize));
  return step.kind == Kind::Receive ? login.on_bytes(reply.subspan(kHeaderSize)) : step;
}

RecordedLogin record(const LoginConfig& config, Hash& hash,
                     std::vector<isboot::testing::ScriptedReply> script) {
  isboot::testing::ScriptedTarget target{std::move(script)};
  isboot::testing::FakeEntropy entropy;
  Login login{config, hash, entropy};
  RecordedLogin recorded{config, {}};
  LoginStep step = login.start();
  while (step.kind == Kind::Send) {
    recorded.replies.push_back(target.respond(step.send));
    step = give(login, recorded.replies.back());
  }
  if (step.kind != Kind::Complete) std::abort();
  return recorded;
}

}  // namespace

RecordedLogin login_without_authentication(Hash& hash) {
  return record(make_config(), hash, isboot::testing::plain_login(kAnswers));
}

RecordedLogin login_with_chap(Hash& hash, HashAlgorithm algorithm, bool mutual) {
  LoginConfig config = make_config();
  isboot::testing::ChapTarget target{hash};
  target.algorithm = algorithm;
  (void)config.credentials.name.assign("user");
  (void)config.credentials.secret.assign(as_bytes(target.secret));
  if (mutual) {
    target.reverse_secret = "target's secret";
    (void)config.credentials.reverse_secret.assign(as_bytes(target.reverse_secret));
  }
  auto script = target.script();
  script.back() = isboot::testing::operational_done(kAnswers);
  return record(config, hash, script);
}

LoginStep play_back(const RecordedLogin& recorded, Hash& hash) {
  isboot::testing::FakeEntropy entropy;
  Login login{recorded.config, hash, entropy};
  LoginStep step = login.start();
  for (const auto& reply : recorded.replies) step = give(login, reply);
  return step;
}

}  // namespace isboot::iscsi
