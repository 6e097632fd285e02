#pragma once

#include <string>
#include <vector>

#include "platform/linux/keeper/journal.h"

namespace isboot::linux_platform {

// Remembers what was written.
class FakeJournal final : public Journal {
public:
  void write(const JournalEntry& entry) override {
    if (entry.what == keep::Happening::None) return;
    told.push_back(entry.what);
    lines.emplace_back(entry.line);
  }
  std::vector<keep::Happening> told;
  std::vector<std::string> lines;
};

}  // namespace isboot::linux_platform
