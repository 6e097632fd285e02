#include "platform/linux/system/private_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// Whoever made a file there beforehand could read it through its ownership or a descriptor.
TEST(PrivateFile, IsNotTheOneThatSomebodyElseMade) {
  const std::string path = "/tmp/isboot-foreign-" + std::to_string(getpid());
  ASSERT_TRUE(make_private_file(path, as_bytes("theirs")));
  const UniqueFd theirs{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  // Only root may give a file away; without that the old one shows by the descriptor alone.
  (void)!chown(path.c_str(), 65534, 65534);
  ASSERT_TRUE(make_private_file(path, as_bytes("secret")));
  struct stat after {};
  ASSERT_EQ(stat(path.c_str(), &after), 0);
  EXPECT_EQ(after.st_uid, geteuid());
  char seen[16] = {};
  EXPECT_EQ(read(theirs.get(), seen, sizeof seen), 6);
  EXPECT_STREQ(seen, "theirs");
  EXPECT_EQ(*read_file(path, 16), "secret");
  EXPECT_NE(access((path + ".new").c_str(), F_OK), 0);
  unlink(path.c_str());
}

TEST(PrivateFile, DoesNotTakeThePlaceOfWhatIsNoFile) {
  const std::string path = "/tmp/isboot-link-" + std::to_string(getpid());
  ASSERT_EQ(symlink("/dev/null", path.c_str()), 0);
  const auto made = make_private_file(path, as_bytes("secret"));
  ASSERT_FALSE(made);
  EXPECT_EQ(errno_of(made.error().code), EEXIST);
  const auto device = make_private_file("/dev/null", as_bytes("secret"));
  ASSERT_FALSE(device);
  EXPECT_EQ(errno_of(device.error().code), EEXIST);
  unlink(path.c_str());
}

}  // namespace
}  // namespace isboot::linux_platform
