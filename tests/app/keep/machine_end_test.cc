#include "app/keep/machine_end.h"

#include <gtest/gtest.h>

namespace isboot::app {
namespace {

TEST(MachineEnd, HasTheNamesThatSystemdShutdownGives) {
  EXPECT_EQ(machine_end(""), MachineEnd::Stay);
  EXPECT_EQ(machine_end("poweroff"), MachineEnd::PowerOff);
  EXPECT_EQ(machine_end("reboot"), MachineEnd::Reboot);
  EXPECT_EQ(machine_end("halt"), MachineEnd::Halt);
  EXPECT_EQ(machine_end("kexec"), MachineEnd::Kexec);
  EXPECT_EQ(machine_end("Reboot"), std::nullopt);
}

}  // namespace
}  // namespace isboot::app
