#include "platform/linux/keeper/end_units.h"

#include <gtest/gtest.h>

#include "platform/linux/keeper/end_notice.h"
#include "platform/linux/keeper/state_file.h"

namespace isboot::linux_platform {
namespace {

std::string content(const char* path) {
  for (const RunFile& file : end_units())
    if (file.path == path) return file.content;
  ADD_FAILURE() << path << " is not written";
  return {};
}

TEST(EndUnits, HaveSystemdHoldTheFifosOfTheKeeper) {
  const std::string unit = content("systemd/system.control/isboot-end@.socket");
  EXPECT_NE(unit.find("\nListenFIFO=" + std::string{kStateFolder} + "/%i\n"), std::string::npos);
  EXPECT_NE(unit.find("\nConflicts=%i.target\n"), std::string::npos);
  EXPECT_NE(unit.find("\nDefaultDependencies=no\n"), std::string::npos);
  EXPECT_NE(unit.find("\nSlice=-.slice\n"), std::string::npos) << "else one end stops all four";
}

TEST(EndUnits, AreWantedForEachWayToEnd) {
  const std::string wants = content("systemd/system.control/sysinit.target.d/isboot.conf");
  for (const char* way : EndNotice::kWays)
    EXPECT_NE(wants.find("isboot-end@" + std::string{way} + ".socket"), std::string::npos) << way;
}

TEST(EndUnits, DoNotMakeOtherInitsLookLikeSystemd) {
  for (const RunFile& file : end_units())
    EXPECT_NE(file.path.substr(0, 15), "systemd/system/") << "sd_booted(3)";
}

}  // namespace
}  // namespace isboot::linux_platform
