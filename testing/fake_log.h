#pragma once

#include <string>
#include <vector>

#include "core/ports/log.h"

namespace isboot::testing {

class FakeLog final : public Log {
public:
  void write(LogLevel level, Text line) override {
    lines.emplace_back(line);
    levels.push_back(level);
  }
  Text words(Code) override { return {}; }

  // Whether one of the lines holds `text`.
  bool says(Text text) const {
    for (const std::string& line : lines)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

  std::vector<std::string> lines;
  std::vector<LogLevel> levels;
};

}  // namespace isboot::testing
