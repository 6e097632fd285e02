#include "app/timeline/step.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace isboot::app::test {
namespace {

constexpr auto kLast = static_cast<unsigned>(Step::MountRoot);

TEST(Step, IsReadBackByTheNameThatTheRecordHas) {
  for (unsigned i = 0; i <= kLast; ++i)
    EXPECT_EQ(parse_step(text_of(static_cast<Step>(i)).name), static_cast<Step>(i));
}

// A record is lines of words: a name with a blank in it would be two of them.
TEST(Step, HasANameOfItsOwnThatIsOneWord) {
  std::set<std::string> names;
  for (unsigned i = 0; i <= kLast; ++i) {
    const StepText& text = text_of(static_cast<Step>(i));
    EXPECT_EQ(std::string{text.name}.find_first_of(" \t\n"), std::string::npos) << text.name;
    EXPECT_STRNE(text.what, "");
    names.insert(text.name);
  }
  EXPECT_EQ(names.size(), kLast + 1U);
}

TEST(Step, SaysWhoIsWaitedForUnlessItIsIsboot) {
  EXPECT_STREQ(text_of(Step::LogIn).waits_for, "target");
  EXPECT_STREQ(text_of(Step::Plan).waits_for, "");
}

TEST(Step, IsNoneUnderAnotherName) {
  for (const char* name : {"", "log", "log-in ", "Log-In", "log-in-again"})
    EXPECT_EQ(parse_step(name), std::nullopt) << name;
}

}  // namespace
}  // namespace isboot::app::test
