#include "platform/linux/system/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

TEST(File, ReadsBackWhatWasWritten) {
  const std::string path = ::testing::TempDir() + "isboot-file-test";
  const std::string text(10'000, 'x');
  {
    const auto created = fopen(path.c_str(), "w");
    ASSERT_NE(created, nullptr);
    fclose(created);
  }
  ASSERT_TRUE(write_file(path, text));
  EXPECT_EQ(*read_file(path, text.size()), text);
  const auto limited = read_file(path, text.size() - 1);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, Errc::NoSpace);
  unlink(path.c_str());
}

TEST(File, IsMadeForRootAlone) {
  const std::string path = "/tmp/isboot-made-" + std::to_string(getpid());
  fclose(fopen(path.c_str(), "w"));
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  ASSERT_TRUE(make_file(path, "secret"));
  EXPECT_EQ(*read_file(path, 16), "secret");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  unlink(path.c_str());
  EXPECT_FALSE(make_file("/no/such/file", "x"));
}

TEST(File, SaysWhyItCannot) {
  const auto missing = read_file("/no/such/file", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(errno_of(missing.error().code), ENOENT);
  EXPECT_FALSE(write_file("/no/such/file", "x"));
}

TEST(UniqueFd, ClosesOnceWhatItOwns) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  UniqueFd in{ends[0]};
  {
    UniqueFd out{ends[1]};
    const UniqueFd moved{std::move(out)};
    EXPECT_FALSE(out);
    EXPECT_TRUE(moved);
  }
  char byte = 0;
  EXPECT_EQ(read(in.get(), &byte, 1), 0);  // end of file: the writing end is closed
}

}  // namespace
}  // namespace isboot::linux_platform
