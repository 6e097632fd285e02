#include "platform/linux/system/root_file_system.h"

#include <gtest/gtest.h>

#include "platform/linux/system/clock.h"
#include "testing/fake_clock.h"
#include "testing/fake_log.h"

namespace isboot::linux_platform {
namespace {

TEST(RootOptions, AreReadFromTheKernelCommandLine) {
  const RootOptions options = RootOptions::from_command_line(
      "root=UUID=ab-cd rootfstype=ext4,xfs rootflags=noatime,data=ordered rw init=/bin/sh quiet");
  EXPECT_EQ(options.root, "UUID=ab-cd");
  EXPECT_EQ(options.types, "ext4,xfs");
  EXPECT_EQ(options.flags, "noatime,data=ordered");
  EXPECT_FALSE(options.read_only);
  EXPECT_EQ(options.init, "/bin/sh");
}

TEST(RootOptions, MountReadOnlyUnlessToldOtherwise) {
  EXPECT_TRUE(RootOptions::from_command_line("root=/dev/sda1").read_only);
  EXPECT_TRUE(RootOptions::from_command_line("rw ro").read_only);
  EXPECT_FALSE(RootOptions::from_command_line("ro rw").read_only);
}

TEST(FindRootDevice, RefusesFormsThatItDoesNotKnow) {
  testing::FakeClock clock;
  testing::FakeLog log;
  for (const char* root : {"", "sda1", "COLOUR=red", "=x"}) {
    SCOPED_TRACE(root);
    const auto device = find_root_device(root, "", clock, {clock.now()}, log);
    ASSERT_FALSE(device);
    EXPECT_EQ(device.error().code, Errc::BadValue);
  }
}

TEST(FindRootDevice, EndsAtItsDeadline) {
  testing::FakeClock clock;
  testing::FakeLog log;
  for (const char* root : {"/dev/no-such-disk", "LABEL=no-such-label", "250:77", "PARTUUID=0-0"}) {
    SCOPED_TRACE(root);
    const auto device = find_root_device(root, "", clock, {clock.now()}, log);
    ASSERT_FALSE(device);
    EXPECT_EQ(device.error().code, Errc::TimedOut);
  }
}

TEST(FindRootDevice, SaysThatTheDeviceIsNotThereYet) {
  LinuxClock clock;
  testing::FakeLog log;
  const RootWait wait{.deadline = clock.now() + 60, .first_word = 10};
  ASSERT_FALSE(find_root_device("/dev/no-such-disk", "", clock, wait, log));
  EXPECT_TRUE(log.says("root=/dev/no-such-disk: not there yet, looking for 0 s more"));
}

}  // namespace
}  // namespace isboot::linux_platform
