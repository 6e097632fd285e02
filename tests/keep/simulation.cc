// keep_simulation [--seeds N] [--seed FIRST] [--hours H]: N lives of machines, each of at most H
// simulated hours, from a seed that nobody knows before or from FIRST on. README.md.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "tests/keep/world.h"

using isboot::keep::simulation::Violation;
using isboot::keep::simulation::World;

namespace {

std::uint64_t option(int argc, char** argv, const char* name, std::uint64_t otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (std::strcmp(argv[i], name) == 0) return std::strtoull(argv[i + 1], nullptr, 10);
  return otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t seeds = option(argc, argv, "--seeds", 1'000);
  const std::uint64_t hours = option(argc, argv, "--hours", 24);
  const std::uint64_t first = option(argc, argv, "--seed", std::random_device{}());
  std::uint64_t lived = 0;
  std::uint64_t steps = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    World world{seed};
    try {
      world.live(hours * 3'600'000);
    } catch (const Violation& violation) {
      std::printf("%s\nseed %llu, the %llu. of this run; the last events:\n",
                  violation.what.c_str(), static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(seed - first + 1));
      for (const std::string& line : world.last()) std::printf("  %s\n", line.c_str());
      std::printf("next: %s --seed %llu --seeds 1 --hours %llu\n", argv[0],
                  static_cast<unsigned long long>(seed), static_cast<unsigned long long>(hours));
      return 1;
    }
    lived += world.now();
    steps += world.steps();
  }
  std::printf("%llu machine-hours, %llu steps, seeds from %llu on: no rule was broken\n",
              static_cast<unsigned long long>(lived / 3'600'000),
              static_cast<unsigned long long>(steps), static_cast<unsigned long long>(first));
  return 0;
}
