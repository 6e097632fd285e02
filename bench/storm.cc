// A boot storm: 10,000 machines power on at once and want to log in at a target that
// takes 500 logins a second and drops the rest. Simulated second by second with the
// Backoff that the product uses. Prints the curve; exit status 1 when the whole takes
// more than 1.5 times the ideal, or when the machines come back in waves.
#include <algorithm>
#include <cstdio>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "core/boot/backoff.h"

namespace {

using isboot::Millis;

constexpr int kMachines = 10'000;
constexpr int kLoginsPerSecond = 500;
constexpr Millis kTakesAtOnce = 100;  // ms of logins that the target queues
constexpr Millis kBin = 100;          // ms, of the curve that waves are looked for in
constexpr Millis kNotice = 5;         // ms until a machine sees that it was dropped
constexpr double kMostTimesIdeal = 1.5;
constexpr double kMostTimesMean = 1.25;  // of a bin against the second around it

class SeededEntropy final : public isboot::Entropy {
public:
  explicit SeededEntropy(unsigned seed) : engine_{seed} {}
  isboot::Result<isboot::Done> fill(isboot::MutableBytes out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
    return isboot::Done{};
  }

private:
  std::mt19937 engine_;
};

// Takes a login when its queue has room; the queue empties at a constant rate.
class Target {
public:
  bool accept(Millis now) {
    const double room = static_cast<double>(kTakesAtOnce) * kLoginsPerSecond / 1000;
    level_ = std::max(0.0, level_ - static_cast<double>(now - last_) * kLoginsPerSecond / 1000);
    last_ = now;
    if (level_ + 1 > room) return false;
    level_ += 1;
    return true;
  }

private:
  double level_ = 0;
  Millis last_ = 0;
};

struct Try {
  Millis when;
  int machine;
  bool operator>(const Try& other) const { return when > other.when; }
};

struct Curve {
  std::vector<int> tries;  // a bin each
  std::vector<int> logins;
  Millis end = 0;
};

Curve simulate(unsigned seed) {
  SeededEntropy entropy{seed};
  std::vector<isboot::boot::Backoff> backoffs(kMachines);
  std::priority_queue<Try, std::vector<Try>, std::greater<>> tries;
  for (int machine = 0; machine < kMachines; ++machine) tries.push({0, machine});
  Target target;
  Curve curve;
  while (!tries.empty()) {
    const Try next = tries.top();
    tries.pop();
    const std::size_t bin = next.when / kBin;
    if (bin >= curve.tries.size()) {
      curve.tries.resize(bin + 1);
      curve.logins.resize(bin + 1);
    }
    ++curve.tries[bin];
    if (target.accept(next.when)) {
      ++curve.logins[bin];
      curve.end = next.when;
    } else {
      isboot::boot::Backoff& backoff = backoffs[static_cast<std::size_t>(next.machine)];
      tries.push({next.when + kNotice + backoff.next(entropy), next.machine});
    }
  }
  return curve;
}

// The largest share of a bin in the second around it. The first two seconds are what
// "at once" means; a second with less than a thousand tries is all chance.
double worst_wave(const std::vector<int>& tries) {
  double worst = 0;
  const std::size_t half = 500 / kBin;
  for (std::size_t bin = 2000 / kBin; bin + half < tries.size(); ++bin) {
    int sum = 0;
    for (std::size_t i = bin - half; i <= bin + half; ++i) sum += tries[i];
    if (sum < 1000) continue;
    const double mean = static_cast<double>(sum) / static_cast<double>(2 * half + 1);
    worst = std::max(worst, tries[bin] / mean);
  }
  return worst;
}

void print(const Curve& curve) {
  std::printf("second    tries   logins\n");
  for (std::size_t second = 0; second * 1000 / kBin < curve.tries.size(); ++second) {
    int tries = 0;
    int logins = 0;
    for (std::size_t i = second * 1000 / kBin;
         i < std::min((second + 1) * 1000 / kBin, curve.tries.size()); ++i) {
      tries += curve.tries[i];
      logins += curve.logins[i];
    }
    std::printf("%6zu %8d %8d  %s\n", second, tries, logins,
                std::string(static_cast<std::size_t>(tries) / 200, '#').c_str());
  }
}

}  // namespace

int main() {
  const double ideal = static_cast<double>(kMachines) / kLoginsPerSecond;
  bool good = true;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const Curve curve = simulate(seed);
    if (seed == 1) print(curve);
    const double total = static_cast<double>(curve.end) / 1000;
    const double wave = worst_wave(curve.tries);
    std::printf(
        "seed %u: %.1f s, %.2f times the ideal %.0f s; highest 100 ms %.2f times its second\n",
        seed, total, total / ideal, ideal, wave);
    good = good && total <= kMostTimesIdeal * ideal && wave <= kMostTimesMean;
  }
  return good ? 0 : 1;
}
