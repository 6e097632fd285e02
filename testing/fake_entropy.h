// Entropy that repeats: bytes count up from a seed, so that a test knows them.
#pragma once

#include "core/ports/entropy.h"

namespace isboot::testing {

class FakeEntropy final : public Entropy {
public:
  explicit FakeEntropy(std::uint8_t seed = 1) : next_{seed} {}

  Result<Done> fill(MutableBytes out) override {
    if (broken) return Error{Errc::Unsupported, 0, "no entropy"};
    for (std::uint8_t& byte : out) byte = next_++;
    return Done{};
  }

  bool broken = false;

private:
  std::uint8_t next_;
};

}  // namespace isboot::testing
