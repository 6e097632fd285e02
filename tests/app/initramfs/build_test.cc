#include "app/initramfs/build.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

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

}  // namespace
}  // namespace isboot::app::test
