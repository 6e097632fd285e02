#pragma once

#include <cstdio>
#include <string>

#include "core/ports/log.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

// For subcommands that touch nothing, the kernel log included: warnings and errors to
// standard error, nothing else.
class StderrLog final : public Log {
public:
  void write(LogLevel level, Text line) override {
    if (level == LogLevel::Error || level == LogLevel::Warning)
      std::fprintf(stderr, "isboot: %s\n", std::string{line}.c_str());
  }
  Text words(Code code) override { return system_error_text(code); }
};

}  // namespace isboot::linux_platform
