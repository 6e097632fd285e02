#include "platform/linux/keeper/multipath.h"

#include <gtest/gtest.h>

namespace isboot::linux_platform {
namespace {

// As kernels 6.1 and 6.12 print it, of one group with two paths and of two groups.
TEST(DmMultipath, SeesWhichPathsADeviceDoesNotUse) {
  for (const Text status : {Text{"2 0 0 0 1 1 A 0 2 2 8:0 F 1 0 1 8:16 A 0 0 1 "},
                            Text{"2 0 0 0 2 1 E 0 1 2 8:0 F 3 0 1 A 0 1 2 8:16 A 0 0 1"}}) {
    EXPECT_TRUE(has_failed(status, "8:0")) << std::string{status};
    EXPECT_FALSE(has_failed(status, "8:16")) << std::string{status};
    EXPECT_FALSE(has_failed(status, "8:1")) << std::string{status};
  }
  EXPECT_TRUE(has_failed("2 1 0 0 1 1 E 0 2 2 8:0 F 1 0 1 8:16 F 1 0 1 ", "8:16"));
}

TEST(DmMultipath, KnowsNothingOfWhatTheStatusDoesNotSay) {
  for (const Text status : {Text{}, Text{"F F F"}, Text{"8:0"}, Text{"8:0 "}, Text{"8:0 X"}})
    EXPECT_FALSE(has_failed(status, "8:0")) << std::string{status};
}

TEST(DmMultipath, SaysWhatItCannotDo) {
  DmMultipath nowhere;
  nowhere.open("/nonexistent");
  MultipathPath path;
  ASSERT_TRUE(path.device.assign("254:0"));
  ASSERT_TRUE(path.disk.assign("8:0"));
  EXPECT_FALSE(nowhere.use_of(path).failed);
  EXPECT_FALSE(nowhere.use_of(path).unused);
  EXPECT_EQ(nowhere.reinstate(path).error().text, Text{"there is no /dev/mapper/control"});
}

}  // namespace
}  // namespace isboot::linux_platform
