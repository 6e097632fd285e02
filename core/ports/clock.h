#pragma once

#include <cstdint>

namespace isboot {

// Milliseconds on a clock that only goes forward; its zero means nothing.
using Millis = std::uint64_t;

class Clock {
public:
  virtual Millis now() = 0;
  virtual void sleep_until(Millis when) = 0;

protected:
  ~Clock() = default;  // never deleted through the port: kernels lack delete
};

}  // namespace isboot
