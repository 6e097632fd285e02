// Logins in memory: at least 200,000 a second and core without authentication (design.md,
// "Budgets").
#include <benchmark/benchmark.h>

#include "bench/recorded_login.h"
#include "platform/linux/crypto/linux_hash.h"

namespace isboot::iscsi {
namespace {

void log_in(benchmark::State& state, const RecordedLogin& recorded, Hash& hash) {
  for (auto _ : state) {
    const LoginStep last = play_back(recorded, hash);
    if (last.kind != LoginStep::Kind::Complete) state.SkipWithError(last.error.text);
  }
  state.SetItemsProcessed(state.iterations());
}

void without_authentication(benchmark::State& state) {
  linux_platform::LinuxHash hash;
  log_in(state, login_without_authentication(hash), hash);
}
BENCHMARK(without_authentication);

void with_chap(benchmark::State& state, HashAlgorithm algorithm, bool mutual) {
  linux_platform::LinuxHash hash;
  log_in(state, login_with_chap(hash, algorithm, mutual), hash);
}
BENCHMARK_CAPTURE(with_chap, md5, HashAlgorithm::Md5, false);
BENCHMARK_CAPTURE(with_chap, mutual_md5, HashAlgorithm::Md5, true);
BENCHMARK_CAPTURE(with_chap, sha256, HashAlgorithm::Sha256, false);
BENCHMARK_CAPTURE(with_chap, sha3_256, HashAlgorithm::Sha3_256, false);

}  // namespace
}  // namespace isboot::iscsi

BENCHMARK_MAIN();
