#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace isboot {

enum class LogLevel : std::uint8_t { Error, Warning, Info, Detail };

// One line a call, without a newline. The adapter adds time and prefix.
class Log {
public:
  virtual void write(LogLevel level, Text line) = 0;
  // The platform's own words for one of its codes ("Connection refused"); empty for others.
  virtual Text words(Code code) = 0;

protected:
  ~Log() = default;
};

}  // namespace isboot
