// The Entropy port with getrandom(2).
#pragma once

#include "core/ports/entropy.h"

namespace isboot::linux_platform {

class LinuxEntropy final : public Entropy {
public:
  // In early user space the kernel's pool may not be ready: waits up to `patience_ms`
  // for it, then takes what the kernel's generator gives unseeded and remembers that.
  explicit LinuxEntropy(int patience_ms = 5'000) : patience_ms_{patience_ms} {}

  Result<Done> fill(MutableBytes out) override;
  // Whether any byte came from a generator that was not seeded yet.
  bool weak() const { return weak_; }

private:
  int patience_ms_;
  bool weak_ = false;
};

}  // namespace isboot::linux_platform
