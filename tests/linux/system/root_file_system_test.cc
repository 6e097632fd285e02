#include "platform/linux/system/root_file_system.h"

#include <gmock/gmock.h>
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

TEST(RootOptions, HaveTheLastWordInRootflags) {
  const auto writable = [](Text line) { return RootOptions::from_command_line(line).writable(); };
  EXPECT_FALSE(writable("root=/dev/sda1"));
  EXPECT_TRUE(writable("rw"));
  EXPECT_FALSE(writable("rw rootflags=noatime,ro"));
  EXPECT_TRUE(writable("ro rootflags=rw"));
}

TEST(RootOptions, SayHowLongTheDeviceIsWaitedForAtLeast) {
  const auto wait = [](Text line) { return RootOptions::from_command_line(line).at_least; };
  EXPECT_EQ(wait("quiet"), 0u);
  EXPECT_EQ(wait("rootdelay=60"), 60'000u);
  EXPECT_EQ(wait("rootwait=300 rootdelay=60"), 300'000u);
  EXPECT_EQ(wait("rootdelay=60 rootwait"), kForEverRoot);
  EXPECT_EQ(wait("rootdelay=soon rootwait=99999999999999999999"), 0u);
}

// The first word ends the wait, which nothing else would do for as long as this; and what lasts
// some milliseconds alone is over before a busy host has said it.
class UntilTheFirstWord final : public Clock, public Log {
public:
  Millis now() override { return said.empty() ? real_.now() : deadline_; }
  void sleep_until(Millis when) override { real_.sleep_until(when); }
  void write(LogLevel, Text line) override { said = std::string{line}; }
  Text words(Code) override { return {}; }

  void wait(Millis for_so_long) {
    deadline_ = now() + for_so_long;
    const RootWait wait{.deadline = deadline_, .first_word = 10};
    const auto found = find_root_device("/dev/no-such-disk", "", *this, wait, *this);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::TimedOut);
  }

  std::string said;

private:
  LinuxClock real_;
  Millis deadline_ = 0;
};

TEST(FindRootDevice, SaysThatItWaitsForEver) {
  UntilTheFirstWord first;
  first.wait(kForEverRoot);
  EXPECT_EQ(first.said,
            "root=/dev/no-such-disk: not there yet, looking for it for ever (rootwait)");
}

TEST(FindRootDevice, SaysThatTheDeviceIsNotThereYet) {
  UntilTheFirstWord first;
  first.wait(3'600'000);
  EXPECT_THAT(first.said, ::testing::MatchesRegex(
                              "root=/dev/no-such-disk: not there yet, looking for 35.. s more"));
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

}  // namespace
}  // namespace isboot::linux_platform
