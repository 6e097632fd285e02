#pragma once

#include <sys/eventfd.h>

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
  int descriptor() const override { return over.empty() ? -1 : ready_.get(); }
  std::optional<ErrandOver> next() override {
    if (over.empty()) return std::nullopt;
    const ErrandOver first = over.front();
    over.pop_front();
    return first;
  }
  bool is_gone() const override { return gone; }

  std::vector<Errand> sent;
  std::deque<ErrandOver> over;  // as the test says
  bool refuses = false;
  bool gone = false;

private:
  UniqueFd ready_{eventfd(1, EFD_CLOEXEC)};
};

}  // namespace isboot::linux_platform
