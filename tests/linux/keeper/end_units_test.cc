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

// That systemd does so is seen in tests/vm/shutdown_test.py.
TEST(EndUnits, HaveTheFifosHeldAgainWhenTheKeeperAsksAndTheWayIsNotTaken) {
  const std::string path = content("systemd/system.control/isboot-end-asked@.path");
  EXPECT_NE(path.find("\nUnit=isboot-end-asked@%i.target\n"), std::string::npos);
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way)
    EXPECT_EQ(EndNotice::kQuestions[way], std::string{EndNotice::kWays[way]} + "-stands");
  EXPECT_NE(path.find("\nPathChanged=" + std::string{kStateFolder} + "/%i-stands\n"),
            std::string::npos);
  const std::string target = content("systemd/system.control/isboot-end-asked@.target");
  EXPECT_NE(target.find("\nOnSuccess=isboot-end@%i.socket\n"), std::string::npos);
  EXPECT_NE(target.find("\nOnSuccessJobMode=fail\n"), std::string::npos) << "calls the end off";
  EXPECT_NE(target.find("\nStopWhenUnneeded=yes\n"), std::string::npos) << "starts once only";
  for (const std::string& unit : {path, target})
    EXPECT_NE(unit.find("\nDefaultDependencies=no\n"), std::string::npos) << "stops with the end";
  const std::string wants = content("systemd/system.control/sysinit.target.d/isboot.conf");
  for (const char* way : EndNotice::kWays)
    EXPECT_NE(wants.find("isboot-end-asked@" + std::string{way} + ".path"), std::string::npos);
}

TEST(EndUnits, DoNotMakeOtherInitsLookLikeSystemd) {
  for (const RunFile& file : end_units())
    EXPECT_NE(file.path.substr(0, 15), "systemd/system/") << "sd_booted(3)";
}

}  // namespace
}  // namespace isboot::linux_platform
