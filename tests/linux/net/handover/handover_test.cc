#include "platform/linux/net/handover/handover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "platform/linux/system/file.h"
#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {
namespace {

TEST(RunFiles, AreWrittenWithTheirModesWhateverTheUmask) {
  char folder[] = "/tmp/isboot-run-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const auto files = run_files(eth0_with_lease());
  umask(077);
  ASSERT_TRUE(write_run_files(folder, files));
  ASSERT_TRUE(write_run_files(folder, files)) << "a second time";
  for (const RunFile& file : files) {
    SCOPED_TRACE(file.path);
    const std::string path = std::string{folder} + "/" + file.path;
    EXPECT_EQ(*read_file(path, 16384), file.content);
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, file.mode);
    ASSERT_EQ(stat(std::filesystem::path{path}.parent_path().c_str(), &status), 0);
    if (file.path.find('/') != std::string::npos) {
      EXPECT_EQ(status.st_mode & 0777U, 0755U);
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace isboot::linux_platform
