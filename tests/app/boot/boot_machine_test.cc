#include "app/boot/boot_machine.h"

#include <gtest/gtest.h>

#include "app/exit_status.h"

namespace isboot::app {
namespace {

TEST(BootMachine, IsWantedWithATableAndWithoutOneNot) {
  EXPECT_EQ(is_boot_wanted({{"table", ISBOOT_FIXTURES "/ibft/ipxe-uefi-virtio-nochap.bin"}}),
            kDone);
  EXPECT_EQ(is_boot_wanted({{"table", "acpi:9"}}), kNothingToDo);
}

TEST(BootMachine, WithoutATableIsNothingToDo) {
  EXPECT_EQ(boot_machine({{"table", "acpi:9"}}), kNothingToDo);
}

}  // namespace
}  // namespace isboot::app
