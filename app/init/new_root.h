// What is done in the root file system before its system starts: the check, the prompt.
#pragma once

#include <string>

#include "app/boot/boot_sequence.h"
#include "platform/linux/system/root_check.h"
#include "platform/linux/system/root_file_system.h"

namespace isboot::app {

struct MountedRoot {
  std::string device;  // "/dev/sda2"
  std::string type;    // "ext4"
};

// Checks the root file system, which is mounted read-only as "/", and makes it writable. With
// errors that somebody must see to it is a prompt first, and the check again when that ends; where
// there is no shell, root stays read-only. May restart the machine: where the check wants it
// (fsck(8)), or with errors as panic= asks.
void make_writable(Machine& machine, const MountedRoot& root,
                   const linux_platform::RootOptions& options, Text command_line);

// rd.break as dracut has it, break as initramfs-tools does; at which step is not told apart.
bool wants_prompt(Text command_line);

// The system's own shell on the console, until it ends. Whether there is one.
bool prompt(Machine& machine);

// As panic= asks: restarts at once (negative) or after so many seconds; returns when it is 0 or
// absent.
void restart_as_panic_asks(Machine& machine, Text command_line);

}  // namespace isboot::app
