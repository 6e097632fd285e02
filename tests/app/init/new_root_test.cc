#include "app/init/new_root.h"

#include <gtest/gtest.h>

namespace isboot::app {
namespace {

TEST(WantsPrompt, KnowsTheWordsOfDracutAndOfInitramfsTools) {
  for (const char* line : {"quiet rd.break", "rd.break=pre-pivot", "break", "break=bottom ro"})
    EXPECT_TRUE(wants_prompt(line)) << line;
  for (const char* line : {"", "quiet", "rd.breakfast", "init=/bin/sh"})
    EXPECT_FALSE(wants_prompt(line)) << line;
}

}  // namespace
}  // namespace isboot::app
