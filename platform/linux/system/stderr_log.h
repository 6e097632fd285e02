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
    if (level != LogLevel::Error && level != LogLevel::Warning) return;
    // As of a log's line (core/base/log_line.h): a target may have said it.
    std::string shown{line};
    for (char& c : shown)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    std::fprintf(stderr, "isboot: %s\n", shown.c_str());
  }
  Text words(Code code) override { return system_error_text(code); }
};

}  // namespace isboot::linux_platform
