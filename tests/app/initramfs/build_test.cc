#include "app/initramfs/build.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "app/initramfs/tool.h"

namespace isboot::app::test {
namespace {

using ::testing::HasSubstr;

TEST(Initramfs, AKernelThatIsNotThereIsNamed) {
  const std::string output = ::testing::TempDir() + "initramfs" + std::to_string(getpid());
  InitramfsPlan plan;
  plan.base = "/no/such/folder";
  plan.version = "6.1.0-1";
  plan.program = "/bin/true";
  plan.output = output;
  const auto built = build_initramfs(plan);
  ASSERT_FALSE(built);
  EXPECT_THAT(built.error().message, HasSubstr("kernel 6.1.0-1"));
  EXPECT_FALSE(std::filesystem::exists(output));
}

TEST(Tool, AFailureNamesTheProgram) {
  EXPECT_TRUE(run_tool({"true"}));
  const auto run = run_tool({"false"});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().message, "false failed");
  const auto missing = run_tool({"no-such-program"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));
  EXPECT_EQ(missing.error().next_step, "install no-such-program");
}

TEST(Tool, ReadsAndWritesFiles) {
  const std::string output = ::testing::TempDir() + "tool" + std::to_string(getpid());
  EXPECT_TRUE(run_tool({"cat"}, {.input = "/proc/self/comm", .output = output}));
  EXPECT_GT(std::filesystem::file_size(output), 0U);
  std::filesystem::remove(output);
}

TEST(Tool, IsSearchedInThePath) {
  EXPECT_TRUE(has_tool("cat"));
  EXPECT_FALSE(has_tool("no-such-program"));
}

}  // namespace
}  // namespace isboot::app::test
