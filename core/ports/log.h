#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace isboot {

enum class LogLevel : std::uint8_t { Error, Warning, Info, Detail };

// From which `isboot.verbose=` on a line is shown: 0 errors and warnings, 1 steps, 2 details.
constexpr int verbosity_of(LogLevel level) {
  if (level == LogLevel::Detail) return 2;
  return level == LogLevel::Info ? 1 : 0;
}

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
