#include "app/initramfs/build.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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

// Builds one of a kernel that has all modules built in, from a tree with these files besides.
std::string magic_of_one_built(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string base = ::testing::TempDir() + "initramfs-XXXXXX";
  if (mkdtemp(base.data()) == nullptr) return "no folder";
  const std::string modules = base + "/lib/modules/7.3.4/";
  std::filesystem::create_directories(modules);
  std::filesystem::create_directories(base + "/boot");
  for (const char* name : {"modules.dep", "modules.order", "modules.builtin"})
    std::ofstream{modules + name};
  for (const auto& [name, text] : files) std::ofstream{base + name} << text;
  InitramfsPlan plan;
  plan.base = base;
  plan.version = "7.3.4";
  plan.program = "/bin/true";
  plan.output = base + "/output";
  const auto built = build_initramfs(plan);
  EXPECT_TRUE(built) << built.error().message;
  std::string magic(4, '\0');
  std::ifstream{plan.output}.read(magic.data(), 4);
  std::filesystem::remove_all(base);
  return magic;
}

constexpr const char* kZstd = "\x28\xb5\x2f\xfd";

TEST(Initramfs, IsCompressedAsTheKernelsSettingsSay) {
  EXPECT_EQ(magic_of_one_built({{"/boot/config-7.3.4", "CONFIG_RD_ZSTD=y\n"}}), kZstd);
  // Where Debian's 7.3 keeps them.
  EXPECT_EQ(magic_of_one_built({{"/lib/modules/7.3.4/config", "CONFIG_RD_ZSTD=y\n"}}), kZstd);
}

TEST(Initramfs, IsCompressedByGzipWhereNothingIsKnown) {
  EXPECT_EQ(magic_of_one_built({}).substr(0, 2), "\x1f\x8b");
}

}  // namespace
}  // namespace isboot::app::test
