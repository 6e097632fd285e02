#pragma once

#include <deque>
#include <vector>

#include "platform/linux/keeper/errands.h"

namespace isboot::linux_platform {

// Remembers what it was sent for, and is over with it when the test says so.
class FakeErrands final : public Errands {
public:
  Result<Done> start(SessionFolder&, std::span<std::uint8_t>) override { return Done{}; }
  bool send(const Errand& errand) override {
    if (refuses) return false;
    sent.push_back(errand);
    return true;
  }
  int descriptor() const override { return -1; }
  std::optional<ErrandOver> next() override { return std::nullopt; }
  bool is_gone() const override { return gone; }

  std::vector<Errand> sent;
  bool refuses = false;
  bool gone = false;
};

}  // namespace isboot::linux_platform
