// The table to boot from and what a boot makes of it, for those who only look.
#pragma once

#include <memory>

#include "app/tableless/boot_table.h"
#include "core/boot/plan.h"
#include "core/ibft/decode.h"

namespace isboot::app {

struct PlannedBoot {
  linux_platform::FirmwareTable found;
  ibft::Table table;  // borrows from `found`
  ibft::Findings findings;
  boot::Plan plan;
  boot::LeftOuts left_out;
};

// Nothing when there is no table, firmware's or the command line's. `parameters`: as of
// find_boot_table().
Outcome<std::unique_ptr<PlannedBoot>> plan_boot(boot::Parameters& parameters, Log& log,
                                                const TablelessPaths& paths = {});

}  // namespace isboot::app
