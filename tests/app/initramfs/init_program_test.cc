#include "app/initramfs/init_program.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

class InitProgram : public ::testing::Test {
protected:
  InitProgram() {
    std::string name = (fs::temp_directory_path() / "isboot-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~InitProgram() override { fs::remove_all(root_); }

  void program(const fs::path& path) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream{root_ / path};
    fs::permissions(root_ / path, fs::perms::owner_all);
  }

  fs::path root_;
};

TEST_F(InitProgram, IsTheInstalledOne) {
  program("usr/sbin/isboot");
  program("usr/lib/isboot/isboot-init");
  const std::string found = init_program(root_ / "usr/sbin/isboot");
  EXPECT_TRUE(fs::equivalent(found, root_ / "usr/lib/isboot/isboot-init"));
}

TEST_F(InitProgram, IsTheOneThatWasBuiltBeside) {
  program("build/isboot");
  program("build/isboot-init");
  EXPECT_EQ(init_program(root_ / "build/isboot"), root_ / "build/isboot-init");
}

TEST_F(InitProgram, IsTheProgramItselfWithoutEither) {
  program("usr/sbin/isboot");
  EXPECT_EQ(init_program(root_ / "usr/sbin/isboot"), root_ / "usr/sbin/isboot");
}

}  // namespace
}  // namespace isboot::app
