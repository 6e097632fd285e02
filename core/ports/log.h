#pragma once

#include "core/base/bytes.h"

namespace isboot {

enum class LogLevel : std::uint8_t { Error, Warning, Info, Detail };

// One line a call, without a newline. The adapter adds time and prefix.
class Log {
public:
  virtual void write(LogLevel level, Text line) = 0;

protected:
  ~Log() = default;
};

}  // namespace isboot
