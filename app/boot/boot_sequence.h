// What `boot` and `init` share: from the table to the disk, on this machine.
#pragma once

#include <string>

#include "app/names/known_servers.h"
#include "app/timeline/record.h"
#include "core/boot/establish.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/linux_initiator.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/net/link/linux_network.h"
#include "platform/linux/net/resolve/linux_resolver.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/kernel_log.h"

namespace isboot::app {

// The ports as Linux has them.
struct Machine {
  linux_platform::LinuxClock clock;
  linux_platform::KernelLog log{clock, 1};
  linux_platform::LinuxNetwork network{clock, log};
  linux_platform::LinuxInitiator initiator{clock};
  linux_platform::TcpStream stream{clock};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  linux_platform::LinuxResolver resolver{clock, [] { return known_servers(); }};
  boot::Workroom room{};
  boot::Ports ports{
      network, initiator, stream, clock, hash, entropy, log, room, resolver.if_built_in()};
};

// Where a boot looks and what it writes. Tests have folders of their own.
struct BootPaths {
  std::string modules = "/sys/module";  // those that are loaded
  std::string timeline = kTimelinePath;
};

struct BootResult {
  int status = 0;    // an ExitStatus
  std::string disk;  // "/dev/sda" when the status is kDone
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
