#include "app/boot/parameter_sources.h"

#include <gtest/gtest.h>

#include "platform/linux/net/resolve/linux_resolver.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

using isboot::testing::FakeLog;

TEST(ReadParameters, OptionsStandAboveTheKernelCommandLine) {
  FakeLog log;
  const boot::Parameters parameters =
      read_parameters("quiet isboot.timeout=60 isboot.nic=eth0 root=/dev/sda1",
                      {{"timeout", "90"}, {"verbose", "3"}}, log);
  EXPECT_EQ(parameters.timeout, 90U);
  EXPECT_EQ(parameters.nic.view(), "eth0");
  EXPECT_EQ(parameters.verbose, 3);
  EXPECT_TRUE(log.lines.empty());
}

TEST(ReadParameters, AreTheDefaultsWithoutEither) {
  FakeLog log;
  const boot::Parameters parameters = read_parameters({}, {}, log);
  EXPECT_EQ(parameters.timeout, boot::Parameters{}.timeout);
  EXPECT_FALSE(parameters.off);
  EXPECT_TRUE(log.lines.empty());
}

TEST(ReadParameters, ABadValueIsNamedAndTheDefaultUsed) {
  FakeLog log;
  const boot::Parameters parameters =
      read_parameters("isboot.timeout=soon isboot.unheard=1", {}, log);
  EXPECT_EQ(parameters.timeout, boot::Parameters{}.timeout);
  ASSERT_EQ(log.lines.size(), 2U);
  EXPECT_EQ(log.levels, std::vector<LogLevel>(2, LogLevel::Warning));
  EXPECT_EQ(log.lines[0].find("parameter isboot.timeout=soon: "), 0U) << log.lines[0];
  EXPECT_NE(log.lines[0].find("; the default is used"), std::string::npos) << log.lines[0];
  EXPECT_EQ(log.lines[1].find("parameter isboot.unheard=1: "), 0U) << log.lines[1];
}

// Without a resolver a URL with a name would take a good table's place.
TEST(ReadParameters, ANameIsForAProgramThatLooksItUp) {
  FakeLog log;
  const boot::Parameters parameters =
      read_parameters("isboot.url=iscsi:storage.example:::1:iqn.2026-11.org.example:disk", {}, log);
  EXPECT_EQ(parameters.url.empty(), !linux_platform::LinuxResolver::is_built_in());
  EXPECT_EQ(log.lines.empty(), linux_platform::LinuxResolver::is_built_in());
}

}  // namespace
}  // namespace isboot::app
