#include "app/initramfs/build.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/initramfs/tool.h"

namespace isboot::app::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

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

// For a kernel that has all modules built in.
InitramfsPlan plan_of(const std::string& base) {
  const std::string modules = base + "/lib/modules/7.3.4/";
  std::filesystem::create_directories(modules);
  std::filesystem::create_directories(base + "/boot");
  for (const char* name : {"modules.dep", "modules.order", "modules.builtin"})
    std::ofstream{modules + name};
  InitramfsPlan plan;
  plan.base = base;
  plan.version = "7.3.4";
  plan.program = "/bin/true";
  plan.output = base + "/output";
  return plan;
}

// Builds one from a tree with these files besides.
std::string magic_of_one_built(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string base = ::testing::TempDir() + "initramfs-XXXXXX";
  if (mkdtemp(base.data()) == nullptr) return "no folder";
  const InitramfsPlan plan = plan_of(base);
  for (const auto& [name, text] : files) std::ofstream{base + name} << text;
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

// The names in the archive of a tree with these files.
std::string names_in_one_built(const std::vector<std::string>& files,
                               const std::string& nic_names = {}) {
  std::string base = ::testing::TempDir() + "initramfs-XXXXXX";
  if (mkdtemp(base.data()) == nullptr) return "no folder";
  for (const std::string& name : files) {
    const std::filesystem::path file = base + name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << "of " << name;
  }
  InitramfsPlan plan = plan_of(base);
  plan.nic_names = nic_names;
  const auto built = build_initramfs(plan);
  EXPECT_TRUE(built) << built.error().message;
  const std::string list = base + "/list";
  EXPECT_TRUE(
      run_tool({"sh", "-c", "gzip -dc " + plan.output + " | cpio --quiet -tv"}, {.output = list}));
  struct stat status {};
  EXPECT_EQ(stat(plan.output.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::ostringstream names;
  names << std::ifstream{list}.rdbuf();
  std::filesystem::remove_all(base);
  return names.str();
}

TEST(Initramfs, BringsTheDhcpClientWithItsLibrary) {
  const std::string names =
      names_in_one_built({"/usr/lib/klibc/bin/ipconfig", "/lib/klibc-x1.so", "/lib/libc.so.6"});
  EXPECT_THAT(names, ContainsRegex("-rwxr-xr-x.* bin/ipconfig\n"));
  EXPECT_THAT(names, ContainsRegex("-rwxr-xr-x.* lib/klibc-x1.so\n"));
  EXPECT_THAT(names, Not(HasSubstr("libc.so.6")));
}

// Not compressed; cpio ends at the end of that archive.
TEST(Initramfs, HasTheMicrocodeInFront) {
  std::string base = ::testing::TempDir() + "initramfs-XXXXXX";
  ASSERT_NE(mkdtemp(base.data()), nullptr);
  std::filesystem::create_directories(base + "/lib/firmware/intel-ucode");
  std::ofstream{base + "/lib/firmware/intel-ucode/06-8e-0a"} << "new microcode";
  InitramfsPlan plan = plan_of(base);
  plan.cpuinfo = "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t: 142\nstepping\t: 10\n";
  const auto built = build_initramfs(plan);
  ASSERT_TRUE(built) << built.error().message;
  // The first archive is two blocks of cpio's long.
  EXPECT_TRUE(run_tool({"sh", "-ec", R"(cd "$0"; cpio --quiet -id <output; [ ! -e init ]
      grep -qx 'new microcode' kernel/x86/microcode/GenuineIntel.bin
      tail -c +1025 output | gzip -dc | cpio --quiet -t | grep -qx init)",
                        base}));
  std::filesystem::remove_all(base);
}

TEST(Initramfs, BringsTheNamesOfNics) {
  EXPECT_THAT(names_in_one_built({}, "52:54:00:00:00:01 ens2\n"),
              ContainsRegex("-rw-r--r-- .* etc/isboot/nic-names\n"));
}

TEST(Initramfs, BringsTheCredentialsForItsOwnerAlone) {
  EXPECT_THAT(names_in_one_built({"/etc/isboot/credentials"}),
              ContainsRegex("-rw------- .* etc/isboot/credentials\n"));
  EXPECT_THAT(names_in_one_built({}), Not(HasSubstr("etc")));
}

}  // namespace
}  // namespace isboot::app::test
