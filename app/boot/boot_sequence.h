// What `boot` and `init` share: from the table to the disk, on this machine.
#pragma once

#include <string>

#include "app/boot/machine.h"
#include "app/timeline/record.h"
#include "core/boot/parameters.h"

namespace isboot::app {

// Where a boot looks and what it writes. Tests have folders of their own.
struct BootPaths {
  std::string modules = "/sys/module";  // those that are loaded
  std::string timeline = kTimelinePath;
};

struct BootResult {
  int status = 0;      // an ExitStatus
  std::string disk;    // "/dev/sda" when the status is kDone
  Millis give_up = 0;  // then: as it was given, and later by what somebody took to type in a secret
};

// Finds the table, plans, and brings the first path up that can be had. Every step and
// every failure is in the log. `give_up` is a time on the machine's clock.
BootResult boot_from_table(Machine& machine, const boot::Parameters& parameters, Millis give_up,
                           const BootPaths& paths = {});

// Whether boot_from_table() would have something to do, as an ExitStatus: kDone, or kNothingToDo
// without a table, firmware's or the command line's, or with isboot=off. A table that cannot be
// read counts as one: only the boot itself says what is wrong with it. Quick, touches nothing, says
// nothing.
int is_boot_wanted(const boot::Parameters& parameters, Log& log);

// The kernel's command line; empty when it cannot be read.
std::string kernel_command_line(const std::string& path = "/proc/cmdline");

}  // namespace isboot::app
