#include "core/boot/command_line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isboot::boot {
namespace {

// "name" or "name=value", one a word.
std::vector<std::string> words(Text line) {
  std::vector<std::string> all;
  while (const auto word = next_word(line))
    all.push_back(std::string{word->name} +
                  (word->has_value ? "=" + std::string{word->value} : std::string{}));
  return all;
}

TEST(CommandLine, FallsIntoWordsAtWhiteSpace) {
  EXPECT_EQ(words(" ro  root=/dev/sda1\tquiet \n"),
            (std::vector<std::string>{"ro", "root=/dev/sda1", "quiet"}));
  EXPECT_TRUE(words(" \n").empty());
}

TEST(CommandLine, QuotesHoldAWordTogether) {
  EXPECT_EQ(words("\"a=b c\" d=\"e f\" g=\"h"),
            (std::vector<std::string>{"a=b c", "d=e f", "g=h"}));
}

TEST(CommandLine, AnEmptyValueIsOne) {
  EXPECT_EQ(words("a= =b a=b=c"), (std::vector<std::string>{"a=", "=b", "a=b=c"}));
}

}  // namespace
}  // namespace isboot::boot
