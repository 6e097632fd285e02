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

TEST(CommandLine, ASecretIsNotShown) {
  for (const Text line : {Text{"rd.iscsi.password=x"}, Text{"rd.iscsi.in.password=x"},
                          Text{"ISCSI_PASSWORD=x"}, Text{"isboot.secret=x"},
                          Text{"netroot=iscsi:x:x@10.0.2.2::::iqn.2026-11.org.example:disk"}}) {
    Text rest = line;
    EXPECT_EQ(shown_value(*next_word(rest)), "(hidden)") << line;
  }
  Text rest = "isboot.mtu=x";
  EXPECT_EQ(shown_value(*next_word(rest)), "x");
}

}  // namespace
}  // namespace isboot::boot
