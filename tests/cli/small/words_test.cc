#include "cli/small/words.h"

#include <gtest/gtest.h>

namespace isboot::cli::small {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  return all;
}

TEST(Words, AreTakenInAnyOrderAndTheRestIsLeft) {
  std::vector<std::string> given{"--limit", "5", "--shutdown", "odd", "--then=reboot"};
  const auto all = pointers(given);
  Words words{all};
  EXPECT_TRUE(words.take("--shutdown"));
  EXPECT_FALSE(words.take("--shutdown"));
  EXPECT_EQ(words.take_value("--then"), Text{"reboot"});
  EXPECT_EQ(words.take_value("--limit"), Text{"5"});
  ASSERT_EQ(words.left().size(), 1U);
  EXPECT_EQ(words.left()[0], "odd");
}

TEST(Words, OptionWithoutAValueOrWithALongerNameIsLeft) {
  std::vector<std::string> given{"--limits", "5", "--limit"};
  const auto all = pointers(given);
  Words words{all};
  EXPECT_EQ(words.take_value("--limit"), std::nullopt);
  EXPECT_EQ(words.left().size(), 3U);
}

}  // namespace
}  // namespace isboot::cli::small
