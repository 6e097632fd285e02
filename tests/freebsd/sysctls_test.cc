#include "platform/freebsd/sysctls.h"

#include <gtest/gtest.h>

#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

TEST(Sysctls, AreMadeOnceAndShowTheLastValue) {
  FakeKernel kernel;
  show("hw.isboot.state", "connecting");
  show("hw.isboot.state", "kept");
  show("hw.isboot.recoveries", std::uint64_t{3});
  show("hw.ibft.target_port", std::uint64_t{3260});
  show("net.isboot.nic", "em0");
  EXPECT_EQ(kernel.shown()["hw.isboot.state"], "kept");
  EXPECT_EQ(kernel.shown()["hw.isboot.recoveries"], "3");
  EXPECT_EQ(kernel.shown()["hw.ibft.target_port"], "3260");
  EXPECT_EQ(kernel.shown()["net.isboot.nic"], "em0");
  EXPECT_TRUE(kernel.twice.empty());
}

TEST(Sysctls, CutWhatIsTooLongAndLeaveOtherNodesAlone) {
  FakeKernel kernel;
  show("hw.isboot.last_error", Text{std::string(300, 'x')});
  EXPECT_EQ(kernel.shown()["hw.isboot.last_error"], std::string(255, 'x'));
  show("hw.isboot.last_error", "");
  EXPECT_EQ(kernel.shown()["hw.isboot.last_error"], "");
  show("kern.isboot", "x");
  EXPECT_EQ(kernel.shown().count("kern.isboot"), 0U);
}

}  // namespace
}  // namespace isboot::freebsd::test
