// Logins in memory: at least 200,000 a second and core without authentication
// (design.md, "Budgets"). The target's replies are recorded once and played back, so
// that what is measured is ours.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "platform/linux/crypto/linux_hash.h"
#include "testing/chap_target.h"
#include "testing/fake_entropy.h"
#include "testing/run_login.h"

namespace isboot::iscsi {
namespace {

using Kind = LoginStep::Kind;
using Replies = std::vector<std::vector<std::uint8_t>>;

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

// What the target says, one reply a request.
Replies record(const LoginConfig& config, Hash& hash,
               std::vector<isboot::testing::ScriptedReply> script) {
  isboot::testing::ScriptedTarget target{std::move(script)};
  isboot::testing::FakeEntropy entropy;
  Login login{config, hash, entropy};
  Replies replies;
  LoginStep step = login.start();
  while (step.kind == Kind::Send) {
    replies.push_back(target.respond(step.send));
    step = login.on_bytes(Bytes{replies.back()}.first(kHeaderSize));
    if (step.kind == Kind::Receive)
      step = login.on_bytes(Bytes{replies.back()}.subspan(kHeaderSize));
  }
  if (step.kind != Kind::Complete) std::abort();
  return replies;
}

void log_in(benchmark::State& state, const LoginConfig& config, Hash& hash,
            const Replies& replies) {
  for (auto _ : state) {
    isboot::testing::FakeEntropy entropy;
    Login login{config, hash, entropy};
    LoginStep step = login.start();
    for (const auto& reply : replies) {
      step = login.on_bytes(Bytes{reply}.first(kHeaderSize));
      if (step.kind == Kind::Receive) step = login.on_bytes(Bytes{reply}.subspan(kHeaderSize));
    }
    if (step.kind != Kind::Complete) state.SkipWithError(step.error.text);
    benchmark::DoNotOptimize(login.params());
  }
  state.SetItemsProcessed(state.iterations());
}

void without_authentication(benchmark::State& state) {
  const LoginConfig config = make_config();
  linux_platform::LinuxHash hash;
  log_in(state, config, hash, record(config, hash, isboot::testing::plain_login(kAnswers)));
}
BENCHMARK(without_authentication);

void with_chap(benchmark::State& state, HashAlgorithm algorithm, bool mutual) {
  LoginConfig config = make_config();
  linux_platform::LinuxHash hash;
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
  log_in(state, config, hash, record(config, hash, script));
}
BENCHMARK_CAPTURE(with_chap, md5, HashAlgorithm::Md5, false);
BENCHMARK_CAPTURE(with_chap, mutual_md5, HashAlgorithm::Md5, true);
BENCHMARK_CAPTURE(with_chap, sha256, HashAlgorithm::Sha256, false);
BENCHMARK_CAPTURE(with_chap, sha3_256, HashAlgorithm::Sha3_256, false);

}  // namespace
}  // namespace isboot::iscsi

BENCHMARK_MAIN();
