#include "app/boot/needed_modules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "testing/fake_log.h"

namespace isboot::app {
namespace {

using isboot::testing::FakeLog;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NeededModules, OnlyWhatIsNotThereIsAskedFor) {
  char folder[] = "/tmp/isboot-modules-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string modules = folder;
  std::filesystem::create_directory(modules + "/sd_mod");
  EXPECT_THAT(not_loaded({"iscsi_tcp", "sd_mod", "8021q"}, modules),
              ElementsAre("iscsi_tcp", "8021q"));
  EXPECT_THAT(not_loaded({"sd_mod"}, modules), IsEmpty());
  std::filesystem::remove_all(modules);
}

TEST(NeededModules, OneThatCannotBeHadIsNamedWithTheNextStep) {
  FakeLog log;
  load_modules({"isboot_no_such_module"}, log);
  ASSERT_EQ(log.lines.size(), 1U);
  EXPECT_THAT(log.lines[0], ::testing::HasSubstr("module isboot_no_such_module: "));
  EXPECT_THAT(log.lines[0], ::testing::HasSubstr("; next: put it into the initramfs"));
}

}  // namespace
}  // namespace isboot::app
