#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot {

// Random bytes good enough for CHAP challenges and ISIDs.
class Entropy {
public:
  virtual Result<Done> fill(MutableBytes out) = 0;

protected:
  ~Entropy() = default;
};

}  // namespace isboot
