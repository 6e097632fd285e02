#include "cli/small/words.h"

namespace isboot::cli::small {

bool Words::take(Text word) {
  for (auto at = left_.begin(); at != left_.end(); ++at) {
    if (*at != word) continue;
    left_.erase(at);
    return true;
  }
  return false;
}

std::optional<Text> Words::take_value(Text name) {
  for (auto at = left_.begin(); at != left_.end(); ++at) {
    const Text word = *at;
    if (part_of(word, 0, name.size()) != name) continue;
    const Text behind = part_of(word, name.size());
    if (!behind.empty() && behind[0] == '=') {
      left_.erase(at);
      return part_of(behind, 1);
    }
    if (!behind.empty() || at + 1 == left_.end()) continue;
    const Text value = at[1];
    left_.erase(at, at + 2);
    return value;
  }
  return std::nullopt;
}

}  // namespace isboot::cli::small
