// The words behind a subcommand, taken one by one.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/base/text.h"

namespace isboot::cli::small {

class Words {
public:
  explicit Words(std::span<char* const> words) { left_.assign(words.begin(), words.end()); }

  // Whether the word is there.
  bool take(Text word);
  // The value of "--name VALUE" or "--name=VALUE".
  std::optional<Text> take_value(Text name);
  // What nobody took.
  std::span<const Text> left() const { return left_; }

private:
  std::vector<Text> left_;
};

}  // namespace isboot::cli::small
